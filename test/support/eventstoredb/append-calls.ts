import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import type { EventToAppend } from '@keyward/event-store';
import type { AppendFault, Faults } from './faults.js';
import {
  expectedRevision,
  failure,
  notLeader,
  placed,
  proposedEvent,
  sizeOf,
  streamDeleted,
  streamIdentifier,
  streamNameOf,
} from './messages.js';
import type { AppendOutcome, LogAppend, StandInLog } from './stand-in-log.js';

/** What the calls of one server share. */
export interface AppendParts {
  readonly log: StandInLog;
  readonly faults: Faults;
  /** Largest append in bytes of data and metadata. */
  readonly maxAppendSize: number;
}

type Performed =
  | AppendOutcome
  | { readonly kind: 'silence' }
  | { readonly kind: 'half_close' }
  | { readonly kind: 'failed'; readonly error: ServiceError };

/** Writes the append, unless a fault is due. */
async function perform(append: LogAppend, { faults, log }: AppendParts): Promise<Performed> {
  const fault = faults.takeAppendFault();
  return refusalOf(fault) ?? spoil(await log.append(append), fault);
}

/** What the caller sees of an append that is not written; undefined when it is to be. */
function refusalOf(fault: AppendFault | undefined): Performed | undefined {
  if (fault?.kind === 'never_answers') return { kind: 'silence' };
  if (fault?.kind === 'fails') return { kind: 'failed', error: failure(fault.code, 'fault on demand') };
  if (fault?.kind === 'not_leader') return { kind: 'failed', error: notLeader(fault.leaderPort) };
  return undefined;
}

/** What the caller sees of an append that is written. */
async function spoil(outcome: AppendOutcome, fault: AppendFault | undefined): Promise<Performed> {
  if (fault?.kind === 'answers_late') await fault.until;
  return lossOf(fault) ?? outcome;
}

function lossOf(fault: AppendFault | undefined): Performed | undefined {
  if (fault?.kind === 'drops_the_reply') return { kind: 'silence' };
  if (fault?.kind === 'half_closes') return { kind: 'half_close' };
  if (fault?.kind !== 'fails_after_the_commit') return undefined;
  return { kind: 'failed', error: failure(fault.code, 'fault on demand') };
}

/** Collects the messages of one append. */
class Collected {
  readonly events: EventToAppend[] = [];
  private bytes = 0;

  constructor(private readonly maxAppendSize: number) {}

  /** @throws ServiceError MAXIMUM_APPEND_SIZE_EXCEEDED */
  add(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): void {
    this.bytes += sizeOf(message);
    if (this.bytes > this.maxAppendSize) {
      throw failure(status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded.', {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': String(this.maxAppendSize),
      });
    }
    this.events.push(proposedEvent(message));
  }
}

/** The Append method: one call, one append. */
export async function appendCall(
  call: ServerReadableStream<AppendReq, AppendResp>,
  answer: sendUnaryData<AppendResp>,
  parts: AppendParts,
): Promise<void> {
  try {
    const append = await receive(call, parts.maxAppendSize);
    const performed = await perform(append, parts);
    switch (performed.kind) {
      case 'silence':
        return;
      case 'half_close':
        return answer(failure(status.OK, ''));
      case 'failed':
        return answer(performed.error);
      case 'deleted':
        return answer(streamDeleted(append.stream));
      default:
        answer(null, appendResponse(performed, append));
    }
  } catch (error) {
    answer(error as ServiceError);
  }
}

async function receive(
  call: ServerReadableStream<AppendReq, AppendResp>,
  maxAppendSize: number,
): Promise<LogAppend> {
  const collected = new Collected(maxAppendSize);
  let options: AppendReq.Options | undefined;
  for await (const message of call as AsyncIterable<AppendReq>) {
    if (message.hasOptions()) options = message.getOptions();
    else collected.add(message.getProposedMessage()!);
  }
  const { events } = collected;
  return {
    stream: streamNameOf(options!),
    expected: expectedRevision(options!, options!.getRevision()),
    events,
  };
}

function appendResponse(
  outcome: Exclude<AppendOutcome, { readonly kind: 'deleted' }>,
  { expected }: LogAppend,
): AppendResp {
  const response = new streams.AppendResp();
  if (outcome.kind === 'written') {
    const { revision, position } = outcome;
    const success = new streams.AppendResp.Success().setCurrentRevision(String(revision));
    if (position) success.setPosition(placed(new streams.AppendResp.Position(), position));
    else success.setNoPosition(new shared.Empty());
    return response.setSuccess(success);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.actual === 'no_stream') wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.actual));
  if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return response.setWrongExpectedVersion(wrong);
}

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** The BatchAppend method: many appends over one call, answered by correlation id. */
export async function batchAppendCall(call: BatchCall, parts: AppendParts): Promise<void> {
  const open = new Map<string, { options: BatchAppendReq.Options; collected: Collected }>();
  try {
    for await (const message of call as AsyncIterable<BatchAppendReq>) {
      const correlation = message.getCorrelationId()!.getString();
      const append = open.get(correlation) ?? {
        options: message.getOptions()!,
        collected: new Collected(parts.maxAppendSize),
      };
      open.set(correlation, append);
      for (const proposed of message.getProposedMessagesList()) append.collected.add(proposed);
      if (!message.getIsFinal()) continue;
      open.delete(correlation);
      void answerOne(call, correlation, batchedAppend(append), parts);
    }
    call.end();
  } catch (error) {
    call.emit('error', error);
  }
}

function batchedAppend(append: { options: BatchAppendReq.Options; collected: Collected }): LogAppend {
  const { options, collected } = append;
  return {
    stream: streamNameOf(options),
    expected: expectedRevision(options, options.getStreamPosition()),
    events: collected.events,
  };
}

async function answerOne(
  call: BatchCall,
  correlation: string,
  append: LogAppend,
  parts: AppendParts,
): Promise<void> {
  const performed = await perform(append, parts);
  switch (performed.kind) {
    case 'silence':
      return;
    case 'half_close':
      return void call.end();
    case 'failed':
      return void call.emit('error', performed.error);
    default:
      call.write(
        batchResponse(performed)
          .setCorrelationId(new shared.UUID().setString(correlation))
          .setStreamIdentifier(streamIdentifier(append.stream)),
      );
  }
}

function batchResponse(outcome: AppendOutcome): BatchAppendResp {
  const response = new streams.BatchAppendResp();
  if (outcome.kind !== 'written') return response.setError(batchError(outcome));
  const { revision, position } = outcome;
  const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(revision));
  if (position) success.setPosition(placed(new shared.AllStreamPosition(), position));
  else success.setNoPosition(new emptyPb.Empty());
  return response.setSuccess(success);
}

function batchError(outcome: Exclude<AppendOutcome, { readonly kind: 'written' }>): statusPb.Status {
  const details = new anyPb.Any();
  if (outcome.kind === 'deleted') {
    details.pack(new shared.StreamDeleted().serializeBinary(), 'event_store.client.StreamDeleted');
  } else {
    const wrong = new shared.WrongExpectedVersion();
    if (outcome.actual === 'no_stream') wrong.setCurrentNoStream(new emptyPb.Empty());
    else wrong.setCurrentStreamRevision(String(outcome.actual));
    details.pack(wrong.serializeBinary(), 'event_store.client.WrongExpectedVersion');
  }
  return new statusPb.Status()
    .setCode(status.FAILED_PRECONDITION as number)
    .setMessage(outcome.kind)
    .setDetails(details);
}
