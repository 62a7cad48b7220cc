import { LRUCache } from 'lru-cache';
import { ReadModelLostError } from '../read-model.errors.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { FieldReads, type Wanted } from './field-reads.js';
import { COUNT_FIELD, integrationField, type Keys } from './keys.js';
import { decodeRecord } from './record-codec.js';

/** A record that was asked for. */
export interface WantedRecord {
  readonly key: RecordKey;
  readonly value: Wanted;
  /** Of a slot: what shows that the hash it would be in exists. */
  readonly hash: WantedHash | undefined;
}

export interface WantedHash {
  readonly known: Wanted;
  readonly count: Wanted;
}

interface Remembered {
  readonly text: string;
  readonly record: ReadModelRecord;
}

/**
 * Records as they were read last. Whoever derives something from a record, as lookups do, finds the
 * same object again for as long as its text is the same.
 */
export class RecentRecords {
  private readonly records = new LRUCache<string, Remembered>({ max: 20_000 });

  /** @throws CorruptRecordError */
  decode(key: RecordKey, { key: hash, field }: Wanted, text: string): ReadModelRecord {
    const id = `${hash} ${field}`;
    const known = this.records.get(id);
    if (known?.text === text) return known.record;
    const record = decodeRecord(key, text);
    this.records.set(id, { text, record });
    return record;
  }
}

/** What one round trip asks of one generation. */
export class RecordReads {
  private readonly fields = new FieldReads();
  private readonly hashes = new Map<string, WantedHash>();

  constructor(
    readonly generation: string,
    private readonly keys: Keys,
    private readonly recent: RecentRecords,
  ) {}

  record(key: RecordKey): WantedRecord {
    const place = this.keys.place(this.generation, key);
    const hash =
      key.kind === 'slot' ? this.hash(key.address.organizationId, key.address.integrationId) : undefined;
    return { key, value: this.fields.want(place.key, place.field), hash };
  }

  slot(organizationId: string, projectId: string | null, integrationId: string): WantedRecord {
    return this.record({ kind: 'slot', address: { organizationId, projectId, integrationId } });
  }

  hash(organizationId: string, integrationId: string): WantedHash {
    const key = this.keys.integration(this.generation, organizationId, integrationId);
    let hash = this.hashes.get(key);
    if (!hash) {
      const tenant = this.keys.tenant(this.generation, organizationId);
      hash = {
        count: this.fields.want(key, COUNT_FIELD),
        known: this.fields.want(tenant, integrationField(integrationId)),
      };
      this.hashes.set(key, hash);
    }
    return hash;
  }

  commands() {
    return this.fields.commands();
  }

  get hashKeys(): readonly string[] {
    return this.fields.keys;
  }

  take(replies: Parameters<FieldReads['take']>[0]): void {
    this.fields.take(replies);
  }

  /** @throws ReadModelLostError, CorruptRecordError */
  valueOf({ key, value, hash }: WantedRecord): ReadModelRecord | undefined {
    if (hash) this.countOf(hash);
    const text = this.fields.valueOf(value);
    return text === null ? undefined : this.recent.decode(key, value, text);
  }

  /** How many projects override. @throws ReadModelLostError when one of two hashes written together is not there */
  countOf({ known, count }: WantedHash): number {
    const counted = this.fields.valueOf(count);
    if ((counted === null) !== (this.fields.valueOf(known) === null))
      throw new ReadModelLostError('lost records');
    return Number(counted ?? 0);
  }
}
