import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { status, type ServerWritableStream } from '@grpc/grpc-js';
import type { LogPosition } from '@keyward/contracts';
import type { RecordedEvent } from '@keyward/event-store';
import { drained } from '@keyward/runtime';
import type { Faults } from './faults.js';
import {
  checkpoint,
  failure,
  filterOf,
  readEvent,
  streamDeleted,
  streamNameOf,
  streamNotFound,
} from './messages.js';
import type { ReadFrom, StandInLog } from './stand-in-log.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

export interface ReadParts {
  readonly log: StandInLog;
  readonly faults: Faults;
  /** Ends this call, when the server is told to end its subscriptions. */
  readonly signal: AbortSignal;
}

/** EventStoreDB looks at so many events between two checkpoints, unless the filter says otherwise. */
const DEFAULT_WINDOW = 32;
const FAR_AHEAD = 1_000_000n;

/** The Read method: reads of a stream and of $all, and subscriptions to $all. */
export async function readCall(call: ReadCall, parts: ReadParts): Promise<void> {
  const options = call.request.getOptions()!;
  try {
    if (options.hasSubscription()) await subscription(call, options, parts);
    else if (parts.faults.stallsReads) return;
    else await read(call, options, parts.log);
    if (!parts.faults.leavesReadsOpen) call.end();
  } catch (error) {
    const known = error instanceof RangeError ? failure(status.INVALID_ARGUMENT, error.message) : error;
    call.emit('error', known);
  }
}

async function read(call: ReadCall, options: ReadReq.Options, log: StandInLog): Promise<void> {
  const passes = filterOf(options);
  let left = Number(options.getCount());
  const events = options.hasStream() ? eventsOfStream(call, options, log) : log.readAll(placeInAll(options));
  if (left <= 0) return;
  for await (const event of events) {
    if (!passes(event)) continue;
    if (!(await send(call, readEvent(event)))) return;
    left -= 1;
    if (left <= 0) return;
  }
}

/** @throws ServiceError when the stream is deleted */
async function* eventsOfStream(
  call: ReadCall,
  options: ReadReq.Options,
  log: StandInLog,
): AsyncGenerator<RecordedEvent> {
  const stream = options.getStream()!;
  const name = streamNameOf(stream);
  const state = log.stateOf(name);
  if (state === 'deleted') throw streamDeleted(name);
  if (state === 'missing') return void (await send(call, streamNotFound(name)));
  const from = stream.hasStart() ? 'start' : stream.hasEnd() ? 'end' : BigInt(stream.getRevision());
  yield* log.readStream(name, { direction: directionOf(options), from });
}

function directionOf(options: ReadReq.Options): 'forwards' | 'backwards' {
  return options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
    ? 'backwards'
    : 'forwards';
}

function placeInAll(options: ReadReq.Options): ReadFrom<LogPosition> {
  const all = options.getAll()!;
  const position = all.getPosition();
  const from = position
    ? { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) }
    : all.hasEnd()
      ? 'end'
      : 'start';
  return { direction: directionOf(options), from };
}

async function subscription(call: ReadCall, options: ReadReq.Options, parts: ReadParts): Promise<void> {
  if (!options.hasAll()) throw failure(status.UNIMPLEMENTED, 'the stand-in has subscriptions to $all only');
  const { from } = placeInAll(options);
  const after = from === 'end' ? await parts.log.head() : from;
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  await send(call, new streams.ReadResp().setConfirmation(confirmation));
  const checkpoints = new Checkpoints(options);
  let saidCaughtUp = false;
  for await (const item of parts.log.follow(after, AbortSignal.any([cancellationOf(call), parts.signal]))) {
    if (parts.faults.stallsSubscriptions) return stalled(call, parts.signal);
    if (item !== 'caught_up') await sendEvent(call, item, { options, checkpoints, faults: parts.faults });
    else if (!saidCaughtUp && parts.faults.saysCaughtUp) {
      saidCaughtUp = true;
      await send(call, new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    }
  }
}

/** When a filtered subscription says how far it has looked: every so many events, whether they passed or not. */
class Checkpoints {
  readonly passes: (event: RecordedEvent) => boolean;
  private readonly interval: number;
  private looked = 0;

  constructor(options: ReadReq.Options) {
    this.passes = filterOf(options);
    const filter = options.getFilter();
    const window = filter?.hasMax() ? filter.getMax() : DEFAULT_WINDOW;
    this.interval = filter ? window * filter.getCheckpointintervalmultiplier() : Number.POSITIVE_INFINITY;
  }

  isDue(): boolean {
    this.looked += 1;
    return this.looked % this.interval === 0;
  }
}

interface Sending {
  readonly options: ReadReq.Options;
  readonly checkpoints: Checkpoints;
  readonly faults: Faults;
}

async function sendEvent(
  call: ReadCall,
  event: RecordedEvent,
  { checkpoints, faults }: Sending,
): Promise<void> {
  const { commit, prepare } = event.position;
  if (faults.sendsCheckpointsAhead) {
    await send(call, checkpoint({ commit: commit + FAR_AHEAD, prepare: prepare + FAR_AHEAD }));
  }
  if (checkpoints.passes(event)) await send(call, readEvent(event));
  if (checkpoints.isDue()) await send(call, checkpoint(event.position));
}

/** Waits while the client reads slowly; false once there is nobody to send to. */
async function send(call: ReadCall, message: ReadResp): Promise<boolean> {
  if (call.cancelled) return false;
  if (!call.write(message)) await drained(call, cancellationOf(call));
  return !call.cancelled;
}

const cancellations = new WeakMap<ReadCall, AbortSignal>();

function cancellationOf(call: ReadCall): AbortSignal {
  let signal = cancellations.get(call);
  if (!signal) {
    const controller = new AbortController();
    call.once('cancelled', () => controller.abort());
    if (call.cancelled) controller.abort();
    signal = controller.signal;
    cancellations.set(call, signal);
  }
  return signal;
}

async function stalled(call: ReadCall, signal: AbortSignal): Promise<void> {
  const ended = AbortSignal.any([cancellationOf(call), signal]);
  if (!ended.aborted) await once(ended, 'abort');
}
