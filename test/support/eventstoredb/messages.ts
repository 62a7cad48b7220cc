import type {
  AppendReq,
  BatchAppendReq,
  DeleteReq,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { LogPosition } from '@keyward/contracts';
import type { EventToAppend, ExpectedRevision, JsonObject, RecordedEvent } from '@keyward/event-store';

const TICKS_PER_MILLISECOND = 10_000n;

/** A call that fails the way EventStoreDB lets calls fail: a status, and the exception's name in the metadata. */
export function failure(code: status, message: string, exception: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  // Header values are ASCII only.
  for (const [key, value] of Object.entries(exception)) metadata.set(key, encodeURI(value));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

export function streamDeleted(stream: string): ServiceError {
  const exception = { exception: 'stream-deleted', 'stream-name': stream };
  return failure(status.FAILED_PRECONDITION, 'Event stream is deleted.', exception);
}

export function notLeader(leaderPort: number): ServiceError {
  return failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': '127.0.0.1',
    'leader-endpoint-port': String(leaderPort),
  });
}

export function streamNameOf(message: {
  getStreamIdentifier(): shared.StreamIdentifier | undefined;
}): string {
  return Buffer.from(message.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
}

export function streamIdentifier(stream: string): shared.StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream, 'utf8'));
}

/** The options of append, delete and tombstone say it alike; batch append has another name for the number. */
export function expectedRevision(
  options: Pick<DeleteReq.Options, 'hasAny' | 'hasNoStream' | 'hasStreamExists'>,
  revision: string,
): ExpectedRevision {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt(revision);
}

/** @throws ServiceError INVALID_ARGUMENT: the stand-in keeps JSON objects only. */
export function proposedEvent(
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): EventToAppend {
  const custom = Buffer.from(message.getCustomMetadata_asU8());
  return {
    id: message.getId()!.getString(),
    type: message.getMetadataMap().get('type')!,
    data: jsonObject(Buffer.from(message.getData_asU8())),
    metadata: custom.length === 0 ? {} : jsonObject(custom),
  };
}

export function sizeOf(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): number {
  return message.getData_asU8().length + message.getCustomMetadata_asU8().length;
}

export function readEvent(event: RecordedEvent): ReadResp {
  const recorded = placed(new streams.ReadResp.ReadEvent.RecordedEvent(), event.position)
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(streamIdentifier(event.stream))
    .setStreamRevision(String(event.revision))
    .setData(Buffer.from(JSON.stringify(event.data)))
    .setCustomMetadata(Buffer.from(JSON.stringify(event.metadata)));
  const system = recorded.getMetadataMap();
  system.set('type', event.type);
  system.set('content-type', 'application/json');
  system.set('created', String(BigInt(event.recordedAt.getTime()) * TICKS_PER_MILLISECOND));
  const resolved = new streams.ReadResp.ReadEvent()
    .setEvent(recorded)
    .setCommitPosition(String(event.position.commit));
  return new streams.ReadResp().setEvent(resolved);
}

/** Puts a position into any of the messages that have the two fields. */
export function placed<
  Message extends { setCommitPosition(value: string): unknown; setPreparePosition(value: string): unknown },
>(message: Message, { commit, prepare }: LogPosition): Message {
  message.setCommitPosition(String(commit));
  message.setPreparePosition(String(prepare));
  return message;
}

export function streamNotFound(stream: string): ReadResp {
  const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream));
  return new streams.ReadResp().setStreamNotFound(notFound);
}

export function checkpoint(position: LogPosition): ReadResp {
  return new streams.ReadResp().setCheckpoint(placed(new streams.ReadResp.Checkpoint(), position));
}

/** What lets an event pass; everything when the caller set no filter. */
export function filterOf(options: ReadReq.Options): (event: RecordedEvent) => boolean {
  const filter = options.getFilter();
  if (!filter) return () => true;
  const byType = filter.hasEventType();
  const expression = byType ? filter.getEventType()! : filter.getStreamIdentifier()!;
  const prefixes = expression.getPrefixList();
  const regex = expression.getRegex() === '' ? undefined : new RegExp(expression.getRegex());
  return (event) => {
    const name = byType ? event.type : event.stream;
    return regex ? regex.test(name) : prefixes.some((prefix) => name.startsWith(prefix));
  };
}

function jsonObject(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Refused below.
  }
  throw failure(status.INVALID_ARGUMENT, 'the stand-in keeps JSON objects only');
}
