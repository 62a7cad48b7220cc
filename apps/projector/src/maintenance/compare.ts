import { comparePositions, encodePosition, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import { compareWithLog, type Maintained, type RecordSource } from '@keyward/read-model';
import { sleep } from '@keyward/runtime';
import type { RunningJob } from './running-job.js';

const POLL_MS = 20;

export interface CompareParts {
  readonly events: EventStore;
  readonly job: RunningJob;
  readonly source: RecordSource;
  /** What the source has reached. */
  readonly through: LogPosition;
}

/** Names in the job what differs. */
export async function compare(
  { events, job, source, through }: CompareParts,
  signal: AbortSignal,
): Promise<void> {
  job.forgetDifferences();
  const position = encodePosition(events.storeId, through);
  await job.change({ phase: 'comparing', share: 0, position });
  await compareWithLog({
    log: events,
    source,
    through,
    extent: job.job.extent,
    organizationId: job.job.organizationId,
    random: Math.random,
    onProgress: (compared, share) => job.progress({ compared, share: Math.round(share * 1000) / 1000 }),
    onDifference: (difference) => job.differs(difference),
    signal,
  });
}

export interface CheckParts {
  readonly events: EventStore;
  readonly store: Maintained;
  readonly job: RunningJob;
}

/** Compares what is served with the log, as of where the log ends now. @throws ReadModelLostError when it is replaced meanwhile */
export async function check({ events, store, job }: CheckParts, signal: AbortSignal): Promise<void> {
  const through = await events.head();
  while (!signal.aborted) {
    const { ready, position } = await store.status();
    if (ready && comparePositions(position, through) >= 0) break;
    await job.progress({});
    await sleep(POLL_MS, signal);
  }
  if (signal.aborted) return;
  await compare({ events, job, source: await store.inspect(), through }, signal);
  if (!signal.aborted) await job.end(job.job.differenceCount > 0 ? 'differs' : 'done', { share: 1 });
}
