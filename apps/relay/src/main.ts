import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ChangeLogModule, changeLogSettings } from '@keyward/change-log';
import { EventStoreModule, eventStoreSettings } from '@keyward/event-store';
import {
  HealthRegistry,
  RuntimeModule,
  createLogger,
  exitOnUnexpectedError,
  loadSettings,
  mergeSettings,
  orderlyShutdown,
  runtimeSettings,
} from '@keyward/runtime';
import { RelayModule } from './relay.module.js';

@Module({})
class RelayApp {}

/** The relay in a process of its own: there it needs a change log outside the process. */
async function main(): Promise<void> {
  const settings = loadSettings(mergeSettings(runtimeSettings, eventStoreSettings, changeLogSettings));
  if (settings.KEYWARD_CHANGE_LOG === 'memory:') {
    throw new Error(
      'KEYWARD_CHANGE_LOG is memory:, which nobody outside this process can read, so the relay alone would work for nobody. ' +
        'Run everything in one process with `npm start`.',
    );
  }
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const root = {
    module: RelayApp,
    imports: [
      RuntimeModule,
      EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE ?? 'sqlite:./data/keyward.db'),
      ChangeLogModule.forRoot(settings.KEYWARD_CHANGE_LOG),
      RelayModule,
    ],
  };
  const app = await NestFactory.createApplicationContext(root, { logger });
  orderlyShutdown(app, {
    timeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT,
    logger,
    health: app.get(HealthRegistry),
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`keyward relay: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
