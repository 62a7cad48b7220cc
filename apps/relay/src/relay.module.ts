import { Module } from '@nestjs/common';
import { RelayLag } from './relay-lag.js';
import { RelayService } from './relay.service.js';

/**
 * Event log -> change log. Needs, from whoever composes the app: EventStore, ChangeLogWriter and
 * the RuntimeModule.
 */
@Module({ providers: [RelayLag, RelayService] })
export class RelayModule {}
