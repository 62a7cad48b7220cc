import { Module } from '@nestjs/common';
import { ProjectorReport } from './projector.report.js';
import { ProjectorService } from './projector.service.js';

/**
 * Event log -> read model. Needs, as global modules from whoever composes: EventStore,
 * ReadModelWriter and the runtime.
 */
@Module({ providers: [ProjectorReport, ProjectorService] })
export class ProjectorModule {}
