import {
  START_OF_LOG,
  comparePositions,
  encodePosition,
  slotAttributes,
  type LogPosition,
} from '@keyward/contracts';
import type { EventStore, RecordedEvent, SubscriptionMessage } from '@keyward/event-store';
import {
  PROJECTED_STREAM_PREFIXES,
  Projection,
  ReadModelLostError,
  canBeMaintained,
  canLease,
  type HeldLease,
  type MaintenanceJob,
  type ReadModelWriter,
} from '@keyward/read-model';
import { inSpans, type Clock, type Span, type Tracing } from '@keyward/runtime';
import { maintain } from '../maintenance/maintain.js';
import { Heartbeat } from './heartbeat.js';

/** What the projector reports while it runs. */
export interface ProjectorObserver {
  /** Another projector does the work, and this one waits to take over. */
  standingBy(): void;
  /** It is this one that does the work from now on. */
  takingOver(): void;
  /** The read model is emptied and built anew. */
  rebuilding(): void;
  /** A batch came. */
  applying(): void;
  /** A batch of so many events is in the read model. */
  applied(events: number): void;
  caughtUp(): void;
  heartbeatMissed(error: unknown): void;
  /** A rebuild or a check ended. */
  maintained(job: MaintenanceJob): void;
  /** A rebuild or a check was cut off, and goes on in a moment. */
  maintenanceInterrupted(job: MaintenanceJob, error: unknown): void;
}

export interface ProjectorParts {
  readonly events: EventStore;
  readonly writer: ReadModelWriter;
  readonly observer: ProjectorObserver;
  readonly heartbeatMs: number;
  readonly tracing: Tracing;
  readonly clock: Clock;
}

/**
 * Event log -> read model, in log order, until the signal aborts; a batch under way is finished then.
 * Records and checkpoint are written together, so being cut off anywhere at worst repeats a batch.
 * Where the read model has a lease, one projector of several works at a time.
 * @throws ProjectionError at an event that cannot be applied; the checkpoint stays before it.
 * @throws ReadModelLostError when the read model is no longer what was written: to be called again.
 */
export async function project(parts: ProjectorParts, signal: AbortSignal): Promise<void> {
  const { writer, observer } = parts;
  if (!canLease(writer)) return lead(parts, signal);
  observer.standingBy();
  const lease = await unlessAborted(writer.lease(signal), signal);
  if (!lease) return;
  observer.takingOver();
  try {
    await lead(parts, AbortSignal.any([signal, lease.lost]));
  } finally {
    await lease.release();
  }
  if (!signal.aborted) throw lease.lost.reason;
}

async function unlessAborted(
  leased: Promise<HeldLease>,
  signal: AbortSignal,
): Promise<HeldLease | undefined> {
  try {
    return await leased;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Follows the log, and beside it does what is asked to be done with the read model as a whole. */
async function lead(parts: ProjectorParts, signal: AbortSignal): Promise<void> {
  const { writer, observer } = parts;
  if (!canBeMaintained(writer)) return follow(parts, signal);
  const ended = new AbortController();
  const turn = { isSwitching: false };
  const maintaining = maintain(
    {
      ...parts,
      store: writer,
      onEnd: (job) => observer.maintained(job),
      onInterrupted: (job, error) => observer.maintenanceInterrupted(job, error),
      onSwitching: () => (turn.isSwitching = true),
    },
    AbortSignal.any([signal, ended.signal]),
  );
  try {
    while (!signal.aborted) await followUntilSwitched(parts, turn, signal);
  } finally {
    ended.abort();
    await maintaining;
  }
}

/** Returns when what it wrote to was replaced by a rebuild: the projector goes on with that, where that one is. */
async function followUntilSwitched(
  parts: ProjectorParts,
  turn: { isSwitching: boolean },
  signal: AbortSignal,
): Promise<void> {
  try {
    await follow(parts, signal);
  } catch (error) {
    if (!(error instanceof ReadModelLostError && turn.isSwitching)) throw error;
    turn.isSwitching = false;
  }
}

async function follow(parts: ProjectorParts, signal: AbortSignal): Promise<void> {
  const { events, writer, observer, heartbeatMs: everyMs } = parts;
  const begun = await begin(parts);
  const projection = new Projection({ writer, events });
  const lost = new AbortController();
  const heartbeat = new Heartbeat({
    events,
    writer,
    everyMs,
    onMiss: (error) => observer.heartbeatMissed(error),
    onLost: (error) => lost.abort(error),
  });
  const after = comparePositions(begun, START_OF_LOG) === 0 ? 'start' : begun;
  const filter = { streamPrefixes: PROJECTED_STREAM_PREFIXES };
  const until = AbortSignal.any([signal, lost.signal]);
  let position = begun;
  try {
    for await (const message of events.subscribeToAll({ after, filter, signal: until })) {
      if (message.kind === 'events') await applyBatch(message, projection, parts);
      else await catchUp(message.position, position, parts, heartbeat);
      position = endOf(message);
      await heartbeat.reached(position);
    }
  } finally {
    heartbeat.stop();
  }
  lost.signal.throwIfAborted();
}

/**
 * Where to go on. A read model that is ahead of the log has seen a history that is no more, for the
 * log was restored from a backup: it is built anew.
 */
async function begin({ events, writer, observer }: ProjectorParts): Promise<LogPosition> {
  const checkpoint = await writer.checkpoint(events.storeId);
  if (checkpoint !== null && comparePositions(checkpoint, await events.head()) <= 0) return checkpoint;
  observer.rebuilding();
  await writer.reset(events.storeId);
  return START_OF_LOG;
}

type Events = SubscriptionMessage & { readonly kind: 'events' };

async function applyBatch(
  { events }: Events,
  projection: Projection,
  { events: log, observer, tracing }: ProjectorParts,
): Promise<void> {
  observer.applying();
  const spans = events.map((event) => spanOf(event, log.storeId, tracing));
  await inSpans(spans, () => projection.apply(events));
  observer.applied(events.length);
}

function spanOf(
  { type, data, metadata, position, recordedAt }: RecordedEvent,
  storeId: string,
  tracing: Tracing,
): Span {
  const { traceparent } = metadata as { readonly traceparent?: string };
  const span = tracing.follow('project', 'internal', { traceparent, at: recordedAt });
  span.set(() => ({
    ...slotAttributes(data),
    'keyward.event_type': type,
    'keyward.position': encodePosition(storeId, position),
  }));
  return span;
}

async function catchUp(
  reached: LogPosition,
  position: LogPosition,
  { writer, observer }: ProjectorParts,
  heartbeat: Heartbeat,
): Promise<void> {
  // Events that the filter left out count as seen, or nobody could wait for the head of the log.
  if (comparePositions(reached, position) > 0) await writer.write([], reached);
  await writer.markReady();
  heartbeat.start();
  observer.caughtUp();
}

function endOf(message: SubscriptionMessage): LogPosition {
  return message.kind === 'events' ? message.events.at(-1)!.position : message.position;
}
