import { setImmediate as nextTurn } from 'node:timers/promises';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore, RecordedEvent } from '@keyward/event-store';
import {
  PROJECTED_STREAM_PREFIXES,
  Projection,
  ReadModelLostError,
  type BesideWriter,
  type Maintained,
} from '@keyward/read-model';
import { compare } from './compare.js';
import type { RunningJob } from './running-job.js';

export interface RebuildParts {
  readonly events: EventStore;
  readonly store: Maintained;
  readonly job: RunningJob;
  /** From now on the new generation may take the place of the one that is served, at any moment. */
  readonly onSwitching: () => void;
}

/**
 * Replays the log into a generation beside the one that is served, compares it with the log, and has it served. Goes on
 * where it was cut off: from the new generation's own checkpoint.
 * @throws ReadModelLostError when what it builds, or what is served, is no more: to be begun anew
 */
export async function rebuild(parts: RebuildParts, signal: AbortSignal): Promise<void> {
  const { store, job } = parts;
  const writer = await open(parts);
  if (job.job.phase !== 'switching') {
    await job.change({ phase: 'building' });
    await fill(writer, parts, signal);
    if (signal.aborted) return;
    await compareBuilt(writer, parts, signal);
    if (signal.aborted) return;
    if (job.job.differenceCount > 0) {
      await store.dropBeside(null);
      return job.end('differs', { generation: null });
    }
    await job.change({ phase: 'switching', share: 0 });
  }
  parts.onSwitching();
  await fill(writer, parts, signal);
  if (!signal.aborted) await job.end('done', { share: 1 });
}

async function open({ events, store, job }: RebuildParts): Promise<BesideWriter> {
  const { generation } = job.job;
  if (generation !== null) {
    try {
      return await store.resumeBeside(events.storeId, generation);
    } catch (error) {
      if (!(error instanceof ReadModelLostError)) throw error;
    }
  }
  const writer = await store.rebuildBeside(events.storeId);
  await job.change({ generation: writer.generation, phase: 'waiting', events: 0, share: 0 });
  return writer;
}

/** Applies the log until its head is reached; while switching, until the new generation is served. */
async function fill(writer: BesideWriter, parts: RebuildParts, signal: AbortSignal): Promise<void> {
  const { events, job } = parts;
  if (await writer.isServed()) return;
  const begun = (await writer.checkpoint(events.storeId)) ?? START_OF_LOG;
  const head = await events.head();
  const projection = new Projection({ writer, events });
  const after = comparePositions(begun, START_OF_LOG) === 0 ? 'start' : begun;
  const filter = { streamPrefixes: PROJECTED_STREAM_PREFIXES };
  for await (const message of events.subscribeToAll({ after, filter, signal })) {
    if (message.kind === 'events') {
      await projection.apply(message.events);
      await noteApplied(job, message.events, head);
    } else if (await isDoneAt(message.position, writer, job)) return;
    if (await writer.isServed()) return;
    // What is served comes first: lookups and the projector that follows the log may share this process.
    await nextTurn();
  }
}

/** With each batch, so that whoever goes on after a kill knows how many there were. */
function noteApplied(job: RunningJob, batch: readonly RecordedEvent[], head: LogPosition): Promise<void> {
  return job.change({ events: job.job.events + batch.length, share: shareOf(batch.at(-1)!.position, head) });
}

/** At the head of the log, which comes again with whatever is appended. */
async function isDoneAt(head: LogPosition, writer: BesideWriter, job: RunningJob): Promise<boolean> {
  await writer.write([], head);
  await job.change({ share: 1 });
  if (job.job.phase !== 'switching') return true;
  await writer.markReady();
  return false;
}

function shareOf(position: LogPosition, head: LogPosition): number {
  return Math.min(1, Number((position.commit * 1000n) / (head.commit || 1n)) / 1000);
}

async function compareBuilt(writer: BesideWriter, { events, store, job }: RebuildParts, signal: AbortSignal) {
  if (job.job.extent === 'none') return;
  const source = await store.inspect(writer.generation);
  await compare({ events, job, source, through: await source.position() }, signal);
}
