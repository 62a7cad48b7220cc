import type { LogPosition } from '@keyward/contracts';
import type { RecordSource, ScannedRecords, StoredRecord } from '../maintenance/maintenance.port.js';
import { ReadModelLostError } from '../read-model.errors.js';
import type { RecordKey } from '../records.js';
import { REPLACED } from './memory-builder.js';
import type { MemoryRecords } from './memory-records.js';

/** Records, and how far they are. */
export interface Held {
  readonly records: MemoryRecords;
  readonly position: LogPosition;
}

const STEP = 500;

/** The records of one generation in memory. */
export class MemoryRecordSource implements RecordSource {
  /** @param named what a generation holds; undefined when it is no more */
  constructor(
    private readonly generation: string,
    private readonly named: (generation: string) => Held | undefined,
  ) {}

  async position(): Promise<LogPosition> {
    return this.held().position;
  }

  async find(keys: readonly RecordKey[]): Promise<readonly (StoredRecord | undefined)[]> {
    const { records } = this.held();
    return keys.map((key) => {
      const record = records.find(key);
      return record && { key, record };
    });
  }

  async *scan(organizationId: string | null): AsyncGenerator<ScannedRecords, void, undefined> {
    let records: StoredRecord[] = [];
    for (const record of this.held().records.all(organizationId)) {
      records.push({ key: record, record });
      if (records.length < STEP) continue;
      yield { records, miscounts: [] };
      records = [];
    }
    // Overriding projects are counted by the records themselves.
    yield { records, miscounts: [] };
  }

  private held(): Held {
    const held = this.named(this.generation);
    if (!held) throw new ReadModelLostError(REPLACED);
    return held;
  }
}
