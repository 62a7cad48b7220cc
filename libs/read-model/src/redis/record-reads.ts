import { LRUCache } from 'lru-cache';
import { ReadModelLostError } from '../read-model.errors.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { HashFields, type WantedField } from './hash-fields.js';
import { COUNT_FIELD, fieldOf, integrationField, type Keys } from './keys.js';
import { decodeRecord } from './record-codec.js';
import type { Command, Reply } from './redis-connection.js';

/** A record that was asked for. */
export interface WantedRecord {
  readonly key: RecordKey;
  readonly value: WantedField;
  /** Of a slot: what shows that the hash it would be in exists. */
  readonly hash: WantedHash | undefined;
}

export interface WantedHash {
  readonly known: WantedField;
  readonly count: WantedField;
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
  decode(key: RecordKey, { key: hash, field }: WantedField, text: string): ReadModelRecord {
    const id = `${hash} ${field}`;
    const known = this.records.get(id);
    if (known?.text === text) return known.record;
    const record = decodeRecord(key, text);
    this.records.set(id, { text, record });
    return record;
  }
}

/** What is asked of one integration's hash. */
interface IntegrationReads {
  readonly fields: HashFields;
  readonly hash: WantedHash;
}

/** What is asked of one organization: its own hash, and those of its integrations. */
interface OrganizationReads {
  readonly fields: HashFields;
  readonly integrations: Map<string, IntegrationReads>;
}

/**
 * What one round trip asks of one generation. Each lookup asks for four records, so they are found by the ids alone:
 * the name of a hash is put together once in a round.
 */
export class RecordReads {
  private readonly all: HashFields[] = [];
  private readonly organizations = new Map<string, OrganizationReads>();
  private rolloutFields: HashFields | undefined;

  constructor(
    readonly generation: string,
    private readonly keys: Keys,
    private readonly recent: RecentRecords,
  ) {}

  record(key: RecordKey): WantedRecord {
    const field = fieldOf(key);
    switch (key.kind) {
      case 'slot': {
        const { fields, hash } = this.integration(key.address.organizationId, key.address.integrationId);
        return { key, value: fields.want(field), hash };
      }
      case 'rollout':
        this.rolloutFields ??= this.fieldsIn(this.keys.rollout(this.generation));
        return { key, value: this.rolloutFields.want(field), hash: undefined };
      case 'organization':
      case 'project':
        return { key, value: this.organization(key.organizationId).fields.want(field), hash: undefined };
    }
  }

  slot(organizationId: string, projectId: string | null, integrationId: string): WantedRecord {
    return this.record({ kind: 'slot', address: { organizationId, projectId, integrationId } });
  }

  hash(organizationId: string, integrationId: string): WantedHash {
    return this.integration(organizationId, integrationId).hash;
  }

  commands(): Command[] {
    return this.all.map((fields) => fields.command());
  }

  get hashKeys(): readonly string[] {
    return this.all.map(({ key }) => key);
  }

  /** Takes the replies to {@link commands}. */
  take(replies: readonly Reply[]): void {
    this.all.forEach((fields, index) => fields.take(replies[index]!));
  }

  /** @throws ReadModelLostError, CorruptRecordError */
  valueOf({ key, value, hash }: WantedRecord): ReadModelRecord | undefined {
    if (hash) this.countOf(hash);
    if (value.text === null) return undefined;
    return (value.record ??= this.recent.decode(key, value, value.text));
  }

  /** How many projects override. @throws ReadModelLostError when one of two hashes written together is not there */
  countOf({ known, count }: WantedHash): number {
    if ((count.text === null) !== (known.text === null)) throw new ReadModelLostError('lost records');
    return Number(count.text ?? 0);
  }

  private organization(organizationId: string): OrganizationReads {
    let reads = this.organizations.get(organizationId);
    if (!reads) {
      const fields = this.fieldsIn(this.keys.tenant(this.generation, organizationId));
      this.organizations.set(organizationId, (reads = { fields, integrations: new Map() }));
    }
    return reads;
  }

  private integration(organizationId: string, integrationId: string): IntegrationReads {
    const { fields: tenant, integrations } = this.organization(organizationId);
    let reads = integrations.get(integrationId);
    if (!reads) {
      const fields = this.fieldsIn(this.keys.integration(this.generation, organizationId, integrationId));
      const hash = { count: fields.want(COUNT_FIELD), known: tenant.want(integrationField(integrationId)) };
      integrations.set(integrationId, (reads = { fields, hash }));
    }
    return reads;
  }

  private fieldsIn(key: string): HashFields {
    const fields = new HashFields(key);
    this.all.push(fields);
    return fields;
  }
}
