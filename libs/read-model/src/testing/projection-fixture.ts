import { SCHEMA_VERSION, type DomainEvent } from '@keyward/domain';
import { MemoryEventStore, type JsonObject, type RecordedEvent } from '@keyward/event-store';
import { keyMaterialStream, type KeySealed } from '@keyward/sealing';
import { MemoryReadModel } from '../memory/memory-read-model.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { sealedKey } from './sample-records.js';
import { Projection } from '../projection/projection.js';

export const by = {
  actor: 'alice',
  occurredAt: '2026-03-01T12:00:00.000Z',
  reason: null,
  idempotencyKey: null,
  requestDigest: null,
};

export interface GivenEvent {
  readonly stream: string;
  readonly type: string;
  readonly data: object;
  readonly metadata?: JsonObject;
}

export const inStream = (stream: string, event: DomainEvent): GivenEvent => ({ stream, ...event });

/** A key as its own stream holds it; `wrapping` tells one wrapping of it from the next. */
export function sealed(data: Omit<KeySealed['data'], 'sealed'>, wrapping = 'first'): GivenEvent {
  const { keyId } = data;
  return {
    stream: keyMaterialStream(keyId),
    type: 'KeySealed',
    data: { ...data, sealed: sealedKey(`${keyId}-${wrapping}`) },
  };
}

/** A log, a read model, and the projection between them. */
export class ProjectionFixture {
  readonly log = new MemoryEventStore();
  readonly readModel = new MemoryReadModel();
  readonly writes: (readonly ReadModelRecord[])[] = [];
  readonly streamsRead: string[] = [];
  private ids = 0;

  static async open(): Promise<ProjectionFixture> {
    const fixture = new ProjectionFixture();
    await fixture.readModel.reset(fixture.log.storeId);
    return fixture;
  }

  /** A projector that has just started: it remembers nothing. */
  projection(recentKeys?: number): Projection {
    const { readModel, log } = this;
    const readStream: MemoryEventStore['readStream'] = (stream, options) => {
      this.streamsRead.push(stream);
      return log.readStream(stream, options);
    };
    const write: MemoryReadModel['write'] = (records, checkpoint) => {
      this.writes.push(records);
      return readModel.write(records, checkpoint);
    };
    const writer = { load: readModel.load.bind(readModel), write };
    return new Projection({ writer, events: { readStream }, ...(recentKeys && { recentKeys }) });
  }

  /** Appends to the log, and answers the events as the log holds them. */
  async append(...given: readonly GivenEvent[]): Promise<RecordedEvent[]> {
    const before = (await this.log.head()).commit;
    for (const { stream, type, data, metadata = { schemaVersion: SCHEMA_VERSION } } of given) {
      const id = `00000000-0000-4000-8000-${String(this.ids++).padStart(12, '0')}`;
      const event = { id, type, data: data as JsonObject, metadata };
      await this.log.append({ stream, expectedRevision: 'any', events: [event] });
    }
    return (await this.everything()).filter(({ position }) => position.commit > before);
  }

  async everything(): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.log.readAll()) events.push(event);
    return events;
  }

  async record(key: RecordKey): Promise<ReadModelRecord | undefined> {
    return (await this.readModel.load([key]))[0];
  }
}
