import 'reflect-metadata';
import { ChangeLogModule, sharedChangeLogSettings } from '@keyward/change-log';
import { EventStoreModule, sharedEventStoreSettings } from '@keyward/event-store';
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
import { RelayModule } from './relay.module.js';

const OPERATIONS_PORT = 8082;

/** The relay in a process of its own. */
@Module({})
class RelayApp {}

runApp({
  name: 'Keyward relay',
  settings: mergeSettings(
    runtimeSettings,
    sharedEventStoreSettings,
    sharedChangeLogSettings,
    operationsSettings,
  ),
  start: (settings, logger) => {
    const root = {
      module: RelayApp,
      imports: [
        RuntimeModule.forRoot(settings, 'keyward-relay'),
        EventStoreModule.forRoot(settings.KEYWARD_EVENT_STORE, { neededForReadiness: true }),
        ChangeLogModule.forRoot(settings.KEYWARD_CHANGE_LOG),
        RelayModule,
        OperationsModule.forRoot(settings, OPERATIONS_PORT),
      ],
    };
    return NestFactory.createApplicationContext(root, { logger, abortOnError: false });
  },
});
