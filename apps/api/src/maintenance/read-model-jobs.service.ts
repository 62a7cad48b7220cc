import { randomUUID } from 'node:crypto';
import { KeywardError, encodePosition } from '@keyward/contracts';
import { EventStore } from '@keyward/event-store';
import {
  ReadModel,
  canBeMaintained,
  newJob,
  type Extent,
  type Maintained,
  type MaintenanceJob,
} from '@keyward/read-model';
import { Clock, isKeywardError } from '@keyward/runtime';
import { Injectable } from '@nestjs/common';
import { unavailable } from '../http/problems/to-keyward-error.js';
import { derivedUuid, type WriteRequest } from '../write-side/write-request.js';

export interface JobAsked {
  readonly kind: MaintenanceJob['kind'];
  readonly extent: Extent;
  /** Of a check: only of this organization. */
  readonly organizationId: string | null;
}

/** What an answer says of the job that was asked for last. */
export interface JobAnswer {
  readonly job: Omit<MaintenanceJob, 'revision' | 'generation'> | null;
}

export type JobWriteAnswer = JobAnswer & { readonly position: string; readonly changed: boolean };

/** Asks for rebuilds and checks of the read model in its store. A projector does them. */
@Injectable()
export class ReadModelJobs {
  constructor(
    private readonly events: EventStore,
    private readonly readModel: ReadModel,
    private readonly clock: Clock,
  ) {}

  /** @throws KeywardError UNAVAILABLE */
  async current(): Promise<JobAnswer> {
    return answerOf(await this.inStore((store) => store.job()));
  }

  /**
   * Begins the job; joins the same one that is running, and goes on with a rebuild that was stopped.
   * @throws KeywardError READ_MODEL_BUSY while another job is running, UNAVAILABLE
   */
  ask(asked: JobAsked, { actor, idempotencyKey }: WriteRequest): Promise<JobWriteAnswer> {
    const id = idempotencyKey === null ? randomUUID() : derivedUuid('read-model-job', actor, idempotencyKey);
    return this.change((held) => {
      if (held?.id === id) return undefined;
      if (held?.state === 'running') return joined(held, asked);
      if (held && canGoOn(held, asked))
        return { ...held, extent: asked.extent, state: 'running', endedAt: null };
      const requestedAt = this.clock.now().toISOString();
      return newJob({ ...asked, id, requestedBy: actor, requestedAt }, 0);
    });
  }

  /** Stops what is running; a rebuild can be gone on with for an hour. @throws KeywardError UNAVAILABLE */
  stop(): Promise<JobWriteAnswer> {
    return this.change((held) =>
      held?.state === 'running'
        ? { ...held, state: 'stopped', endedAt: this.clock.now().toISOString() }
        : undefined,
    );
  }

  /** @param next the job as it is to be, or undefined where it stays as it is */
  private async change(
    next: (held: MaintenanceJob | undefined) => MaintenanceJob | undefined,
  ): Promise<JobWriteAnswer> {
    const position = encodePosition(this.events.storeId, await this.events.head());
    return this.inStore(async (store) => {
      for (;;) {
        const held = await store.job();
        const wanted = next(held);
        if (!wanted) return { ...answerOf(held), position, changed: false };
        const job = { ...wanted, revision: (held?.revision ?? 0) + 1 };
        if (await store.putJob(job)) return { ...answerOf(job), position, changed: true };
      }
    });
  }

  private async inStore<T>(work: (store: Maintained) => Promise<T>): Promise<T> {
    if (!canBeMaintained(this.readModel))
      throw new Error('this read model can neither be rebuilt nor checked');
    try {
      return await work(this.readModel);
    } catch (error) {
      throw isKeywardError(error) ? error : unavailable('The read model is out of reach. Try again.', error);
    }
  }
}

/** With a rebuild of which there is something. */
function canGoOn({ state, generation }: MaintenanceJob, asked: JobAsked): boolean {
  return state === 'stopped' && generation !== null && asked.kind === 'rebuild';
}

/** Nothing is to be changed; or it is another one that runs. */
function joined(held: MaintenanceJob, asked: JobAsked): undefined {
  const isSame = held.kind === asked.kind && held.organizationId === asked.organizationId;
  if (isSame && (held.kind === 'rebuild' || held.extent === asked.extent)) return undefined;
  throw new KeywardError(
    'READ_MODEL_BUSY',
    `A ${held.kind} of the read model is running: wait for its end, or stop it.`,
  );
}

function answerOf(job: MaintenanceJob | undefined): JobAnswer {
  if (!job) return { job: null };
  const { revision: _revision, generation: _generation, ...told } = job;
  return { job: told };
}
