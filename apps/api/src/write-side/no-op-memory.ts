import { SCHEMA_VERSION } from '@keyward/domain';
import { EventStore, type JsonObject } from '@keyward/event-store';
import { Injectable } from '@nestjs/common';
import { DurableAppender } from './durable-appender.js';
import { derivedUuid, idempotencyKeyReused, type WriteRequest } from './write-request.js';

/**
 * A write that changed nothing leaves no event to recognise its repeat by. With an Idempotency-Key
 * its answer is kept in a stream of its own, or else a late repeat of "set A" would undo the "set B"
 * that came in between.
 */
@Injectable()
export class NoOpMemory {
  constructor(
    private readonly events: EventStore,
    private readonly appender: DurableAppender,
  ) {}

  async recall<Answer>(stream: string, request: WriteRequest, digest: string): Promise<Answer | undefined> {
    const name = answerStream(stream, request);
    if (name === null) return undefined;
    for await (const { data } of this.events.readStream(name, { maxCount: 1 })) {
      if (data['requestDigest'] !== digest) throw idempotencyKeyReused();
      return data['answer'] as Answer;
    }
    return undefined;
  }

  async remember(stream: string, request: WriteRequest, digest: string, answer: object): Promise<void> {
    const name = answerStream(stream, request);
    if (name === null) return;
    const data = { requestDigest: digest, answer: answer as JsonObject };
    const event = {
      id: derivedUuid('no-op', name),
      type: 'CommandAnswered',
      data,
      metadata: { schemaVersion: SCHEMA_VERSION },
    };
    // Undefined: the same request was answered by somebody else at the same moment, with the same words.
    await this.appender.append([{ stream: name, expectedRevision: 'no_stream', events: [event] }]);
  }
}

function answerStream(stream: string, { actor, idempotencyKey }: WriteRequest): string | null {
  return idempotencyKey === null ? null : `commandAnswer-${derivedUuid(stream, actor, idempotencyKey)}`;
}
