import 'reflect-metadata';
import { EventStoreModule, sharedEventStoreSettings } from '@keyward/event-store';
import { ReadModelModule, sharedReadModelSettings } from '@keyward/read-model';
import {
  OperationsModule,
  RuntimeModule,
  mergeSettings,
  operationsSettings,
  runApp,
  runtimeSettings,
} from '@keyward/runtime';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ProjectorModule } from './projector.module.js';

const OPERATIONS_PORT = 8081;

/** The projector in a process of its own. */
@Module({})
class ProjectorApp {}

runApp({
  name: 'Keyward projector',
  settings: mergeSettings(
    runtimeSettings,
    sharedEventStoreSettings,
    sharedReadModelSettings,
    operationsSettings,
  ),
  start: (settings, logger) => {
    const root = {
      module: ProjectorApp,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward-projector'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE, { neededForReadiness: true }),
        ReadModelModule.forRoot(settings.KEYWARD_READ_MODEL, { neededForReadiness: true }),
        ProjectorModule,
        OperationsModule.forRoot(settings, OPERATIONS_PORT),
      ],
    };
    return NestFactory.createApplicationContext(root, { logger, abortOnError: false });
  },
});
