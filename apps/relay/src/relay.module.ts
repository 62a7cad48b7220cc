import { Module } from '@nestjs/common';
import { RelayService } from './relay.service.js';

/**
 * Event log -> change log. Needs, from whoever composes the app: EventStore, ChangeLogWriter and
 * the RuntimeModule.
 */
@Module({ providers: [RelayService] })
export class RelayModule {}
