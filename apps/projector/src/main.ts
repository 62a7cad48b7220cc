import 'reflect-metadata';
import { join } from 'node:path';
import { EventStoreModule, eventStoreSettings } from '@keyward/event-store';
import { ReadModelModule, readModelSettings } from '@keyward/read-model';
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
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProjectorModule } from './projector.module.js';

@Module({})
class ProjectorApp {}

/** The projector in a process of its own: there it needs a read model outside the process. */
async function main(): Promise<void> {
  const settings = loadSettings(mergeSettings(runtimeSettings, eventStoreSettings, readModelSettings));
  if (settings.KEYWARD_READ_MODEL === 'memory:') {
    throw new Error(
      'KEYWARD_READ_MODEL is memory:, which nobody outside this process can read, so the projector alone would work ' +
        'for nobody. Run everything in one process with `npm start`.',
    );
  }
  const logger = createLogger(settings);
  exitOnUnexpectedError(logger);
  const root = {
    module: ProjectorApp,
    imports: [
      RuntimeModule,
      EventStoreModule.forRoot(
        settings.KEYWARD_EVENT_STORE ?? `sqlite:${join(settings.KEYWARD_DATA_DIR, 'keyward.db')}`,
      ),
      ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL, {
        stalenessBoundMs: settings.KEYWARD_STALENESS_BOUND,
        staleAnswers: settings.KEYWARD_STALE_ANSWERS,
      }),
      ProjectorModule,
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
  process.stderr.write(`keyward projector: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
