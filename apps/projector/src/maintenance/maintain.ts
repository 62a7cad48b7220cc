import type { EventStore } from '@keyward/event-store';
import {
  ProjectionError,
  ReadModelLostError,
  type Maintained,
  type MaintenanceJob,
} from '@keyward/read-model';
import { sleep, type Clock } from '@keyward/runtime';
import { check } from './compare.js';
import { rebuild } from './rebuild.js';
import { RunningJob } from './running-job.js';

/** How soon a job that was asked for is begun. */
const POLL_MS = 250;
/** How long a rebuild that was stopped can be gone on with; then what there is of it is removed. */
export const KEEP_STOPPED_MS = 3_600_000;

export interface MaintenanceParts {
  readonly events: EventStore;
  readonly store: Maintained;
  readonly clock: Clock;
  /** A job ended, or goes on after it was cut off by what is out of reach. */
  readonly onEnd: (job: MaintenanceJob) => void;
  readonly onInterrupted: (job: MaintenanceJob, error: unknown) => void;
  /** What is served may be replaced at any moment, by what is as far as it is. */
  readonly onSwitching: () => void;
}

/** Does the jobs that are asked for in the store, until the signal aborts. What is cut off goes on at the next projector. */
export async function maintain(parts: MaintenanceParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Out of reach: the projector that follows the log has the same trouble, and tells of it.
    const job = await lookForJob(parts).catch(() => undefined);
    if (job) await doJob(job, parts, signal);
    await sleep(POLL_MS, signal);
  }
}

/** The job to do; and gives up a building that nobody goes on with. */
async function lookForJob({ store, clock }: MaintenanceParts): Promise<MaintenanceJob | undefined> {
  const job = await store.job();
  await store.dropBeside(job && isKept(job, clock) ? job.generation : null);
  return job?.state === 'running' ? job : undefined;
}

function isKept({ state, endedAt }: MaintenanceJob, clock: Clock): boolean {
  if (state !== 'stopped' || endedAt === null) return state === 'running';
  return clock.now().getTime() - Date.parse(endedAt) <= KEEP_STOPPED_MS;
}

async function doJob(found: MaintenanceJob, parts: MaintenanceParts, signal: AbortSignal): Promise<void> {
  const job = new RunningJob(parts.store, found, parts.clock);
  const until = AbortSignal.any([signal, job.stopped]);
  try {
    if (found.kind === 'rebuild') await rebuild({ ...parts, job }, until);
    else await check({ ...parts, job }, until);
    if (!until.aborted) parts.onEnd(job.job);
  } catch (error) {
    if (until.aborted) return;
    const problem = problemOf(found, error);
    if (problem === undefined) return parts.onInterrupted(job.job, error);
    // Not told: then the next attempt fails alike.
    await job.end('failed', { problem, generation: null }).catch(() => undefined);
    parts.onEnd(job.job);
  }
}

/** Why it is of no use to try again; undefined when it is. */
function problemOf({ kind }: MaintenanceJob, error: unknown): string | undefined {
  if (error instanceof ProjectionError) return error.message;
  if (kind === 'check' && error instanceof ReadModelLostError)
    return 'The read model was replaced while it was compared: check again';
  return undefined;
}
