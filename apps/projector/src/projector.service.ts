import { EventStore } from '@keyward/event-store';
import { ReadModelWriter } from '@keyward/read-model';
import { Clock, Supervisor, Tracing, type LoopHandle, type SupervisedLoop } from '@keyward/runtime';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { project, type ProjectorObserver } from './projecting/projector.js';
import { ProjectorReport } from './projector.report.js';

const HEARTBEAT_MS = 250;

/** Runs the projector for as long as the process lives. */
@Injectable()
export class ProjectorService implements OnApplicationBootstrap, OnApplicationShutdown {
  private loop: SupervisedLoop | undefined;

  // eslint-disable-next-line max-params -- what Nest injects comes one by one
  constructor(
    private readonly events: EventStore,
    private readonly writer: ReadModelWriter,
    private readonly supervisor: Supervisor,
    private readonly report: ProjectorReport,
    private readonly tracing: Tracing,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.supervisor.run('projector', (signal, loop) => this.project(signal, loop), {
      neededForReadiness: true,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  private async project(signal: AbortSignal, loop: LoopHandle): Promise<void> {
    const { events, writer, report, tracing, clock } = this;
    const observer = this.observer(loop);
    try {
      await project({ events, writer, observer, tracing, clock, heartbeatMs: HEARTBEAT_MS }, signal);
      report.ended();
    } catch (error) {
      report.ended(error);
      throw error;
    }
  }

  private observer(loop: LoopHandle): ProjectorObserver {
    const { report } = this;
    return {
      standingBy: () => report.standingBy(),
      takingOver: () => report.takingOver(),
      rebuilding: () => report.rebuilding(),
      applying: () => report.applying(),
      applied: (events) => report.applied(events),
      caughtUp: () => {
        report.caughtUp();
        // Only here: coming to the same unreadable event again and again is no progress.
        loop.progress();
      },
      heartbeatMissed: (error) => report.heartbeatMissed(error),
      maintained: (job) => report.maintained(job),
      maintenanceInterrupted: (job, error) => report.maintenanceInterrupted(job, error),
    };
  }
}
