import type { LogPosition } from '@keyward/contracts';
import type { Redis } from 'ioredis';
import type {
  Miscount,
  RecordSource,
  ScannedRecords,
  StoredRecord,
} from '../maintenance/maintenance.port.js';
import { CorruptRecordError, ReadModelLostError } from '../read-model.errors.js';
import type { RecordKey } from '../records.js';
import { COUNT_FIELD, OWN_FIELD } from './keys.js';
import { META_FIELDS, parseMeta } from './meta.js';
import { decodeRecord } from './record-codec.js';
import type { RedisParts } from './read-rounds.js';
import { COUNT_HOLDERS, REFUSALS } from './scripts.js';

/** Keys or fields of one step of a scan: few, so that lookups are not held up. */
const STEP = 500;

/** Which records a hash holds. */
type HashKind = 'tenant' | 'integration' | 'rollout';
interface Hash {
  readonly key: string;
  readonly kind: HashKind;
  readonly organizationId: string;
  readonly integrationId: string;
}

/** The records of one generation as Redis holds them. Unlike a reader it gives nothing up where they make no sense. */
export class RedisRecords implements RecordSource {
  constructor(
    private readonly generation: string,
    private readonly parts: RedisParts,
  ) {}

  /** Those that are served. @throws ReadModelLostError when none are */
  static async served(parts: RedisParts): Promise<RedisRecords> {
    const [values] = await parts.connection.run([['hmget', parts.keys.meta, ...META_FIELDS]]);
    const live = parseMeta(values as readonly (string | null)[])?.live;
    if (!live) throw new ReadModelLostError('is not built yet');
    return new RedisRecords(live.id, parts);
  }

  async position(): Promise<LogPosition> {
    const { connection, keys, marks } = this.parts;
    const [mark] = marks.of(this.generation, [keys.meta]);
    const [values, isMarked] = await connection.run([
      ['hmget', keys.meta, ...META_FIELDS],
      ['exists', mark!],
    ]);
    const meta = parseMeta(values as readonly (string | null)[]);
    const own = [meta?.live, meta?.build].find((each) => each?.id === this.generation);
    if (!own) throw new ReadModelLostError(REFUSALS.KWREPLACED);
    if (isMarked !== 1) throw new ReadModelLostError(REFUSALS.KWLOST);
    return own.position;
  }

  async find(recordKeys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    if (recordKeys.length === 0) return [];
    const { connection, keys } = this.parts;
    const replies = await connection.run(
      recordKeys.map((each) => {
        const { key, field } = keys.place(this.generation, each);
        return ['hmget', key, field];
      }),
    );
    return recordKeys.map((key, n) => {
      const [text] = replies[n] as readonly (string | null)[];
      return typeof text === 'string' ? storedFrom(key, text) : undefined;
    });
  }

  async *scan(organizationId: string | null): AsyncGenerator<ScannedRecords, void, undefined> {
    const pattern = this.parts.keys.hashesOf(this.generation, organizationId);
    for (const node of this.parts.connection.masters()) {
      for await (const found of stepsOf((cursor) => node.scan(cursor, 'MATCH', pattern, 'COUNT', STEP)))
        for (const key of found) yield* this.scanHash(node, key);
    }
  }

  private async *scanHash(node: Redis, name: string): AsyncGenerator<ScannedRecords, void, undefined> {
    const hash = this.hashOf(name);
    if (!hash) return;
    for await (const row of stepsOf((cursor) => node.hscan(hash.key, cursor, 'COUNT', STEP))) {
      const records = recordsIn(hash, row);
      if (records.length > 0) yield { records, miscounts: [] };
    }
    if (hash.kind === 'integration') yield { records: [], miscounts: await this.count(hash) };
  }

  /** By one script, as projects come and go. */
  private async count({ key, organizationId, integrationId }: Hash): Promise<Miscount[]> {
    const reply = await this.parts.connection.eval(COUNT_HOLDERS, [key], []);
    const [counted, held] = (reply as unknown as readonly (number | string)[]).map(Number);
    return counted === held ? [] : [{ organizationId, integrationId, counted: counted!, held: held! }];
  }

  /** Undefined for what holds no records. */
  private hashOf(key: string): Hash | undefined {
    const place = this.parts.keys.parse(this.generation, key);
    if (place === undefined) return undefined;
    const { organizationId = '', integrationId = '' } = place;
    if (place.organizationId === undefined) return { key, kind: 'rollout', organizationId, integrationId };
    const kind = place.integrationId === undefined ? 'tenant' : 'integration';
    return { key, kind, organizationId, integrationId };
  }
}

/** Step by step until the cursor comes back to its beginning. */
async function* stepsOf(
  step: (cursor: string) => Promise<[cursor: string, found: string[]]>,
): AsyncGenerator<string[], void, undefined> {
  let cursor = '0';
  do {
    const [next, found] = await step(cursor);
    cursor = next;
    yield found;
  } while (cursor !== '0');
}

/** @param row fields, each before its text */
function recordsIn(hash: Hash, row: readonly string[]): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let n = 0; n + 1 < row.length; n += 2) {
    const key = keyOf(hash, row[n]!);
    if (key) records.push(storedFrom(key, row[n + 1]!));
  }
  return records;
}

/** Undefined for a field that is no record. */
function keyOf({ kind, organizationId, integrationId }: Hash, field: string): RecordKey | undefined {
  if (field.startsWith(COUNT_FIELD)) return undefined;
  if (kind === 'rollout') return { kind: 'rollout' };
  if (kind === 'integration') {
    const projectId = field === OWN_FIELD ? null : field;
    return { kind: 'slot', address: { organizationId, projectId, integrationId } };
  }
  return field === OWN_FIELD
    ? { kind: 'organization', organizationId }
    : { kind: 'project', organizationId, projectId: field };
}

function storedFrom(key: RecordKey, text: string): StoredRecord {
  try {
    return { key, record: decodeRecord(key, text) };
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    return { key, record: undefined };
  }
}
