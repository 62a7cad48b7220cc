import { Module } from '@nestjs/common';
import { ProjectorService } from './projector.service.js';

/**
 * Event log -> read model. Needs, as global modules from whoever composes: EventStore,
 * ReadModelWriter and the runtime.
 */
@Module({ providers: [ProjectorService] })
export class ProjectorModule {}
