import { runApp } from '@keyward/runtime';
import { createStandalone } from './create-standalone.js';
import { standaloneSettings } from './standalone.settings.js';

runApp({
  name: 'Keyward',
  settings: standaloneSettings,
  start: async (settings, logger) => {
    const { app, httpUrl, grpcTarget } = await createStandalone(settings, logger);
    logger.log(
      `Keyward is running: console ${httpUrl}/, HTTP API ${httpUrl}, its documentation ${httpUrl}/docs, gRPC ${grpcTarget}`,
      'standalone',
    );
    return app;
  },
});
