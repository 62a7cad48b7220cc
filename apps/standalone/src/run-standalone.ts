import { createLogger, exitOnUnexpectedError, loadSettings, orderlyShutdown } from '@keyward/runtime';
import { cliSettings } from '../../cli/src/cli.settings.js';
import { fakeVendorSettings, workerSettings } from '../../worker/src/worker.settings.js';
import { createStandalone } from './create-standalone.js';
import { standaloneSettings } from './standalone.settings.js';

/** One environment may serve the command line and a worker too: their settings are no typing errors here. */
const alsoKnown = Object.keys({ ...cliSettings, ...workerSettings, ...fakeVendorSettings });

async function main(): Promise<void> {
  const settings = loadSettings(standaloneSettings, process.env, { alsoKnown });
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const { app, health, httpUrl, grpcTarget } = await createStandalone(settings, logger);
  orderlyShutdown(app, { timeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT, logger, health });
  logger.log(
    `Keyward is running: HTTP API ${httpUrl}, its documentation ${httpUrl}/docs, gRPC ${grpcTarget}`,
    'standalone',
  );
}

main().catch((error: unknown) => {
  // A sentence, not a stack: what stops a start is for the operator to mend.
  process.stderr.write(
    `Keyward could not start. ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
