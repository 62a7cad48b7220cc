import type { ReadModelRecord } from '../records.js';
import { integrationField } from './keys.js';
import { encodeRecord, holdsKey } from './record-codec.js';
import type { RedisParts } from './read-rounds.js';
import { WRITE } from './scripts.js';

/** Puts records as the script WRITE takes them. */
export class RecordWrites {
  constructor(
    private readonly generation: string,
    private readonly parts: RedisParts,
  ) {}

  keysOf(records: readonly ReadModelRecord[]): string[] {
    const { keys } = this.parts;
    return records.flatMap((record) => {
      const { key } = keys.place(this.generation, record);
      return [
        key,
        record.kind === 'slot' ? keys.tenant(this.generation, record.address.organizationId) : key,
      ];
    });
  }

  argsOf(records: readonly ReadModelRecord[]): string[] {
    return records.flatMap((record) => {
      const slot = record.kind === 'slot' ? record : undefined;
      return [
        this.parts.keys.place(this.generation, record).field,
        String(record.revision),
        String(slot?.sealedRevision ?? ''),
        String(holdsKey(record)),
        encodeRecord(record),
        slot ? integrationField(slot.address.integrationId) : '',
      ];
    });
  }

  /** Writes records and leaves the checkpoint; those of one slot of a Cluster together. */
  async writeAlone(records: readonly ReadModelRecord[], batch: number): Promise<void> {
    const { connection, marks, keys } = this.parts;
    const bySlot = new Map<number, ReadModelRecord[]>();
    for (const record of records) {
      const slot = connection.slotOf(keys.place(this.generation, record).key);
      const sharing = bySlot.get(slot);
      if (sharing) sharing.push(record);
      else bySlot.set(slot, [record]);
    }
    const calls: Promise<unknown>[] = [];
    for (const [slot, all] of bySlot) {
      const mark = marks.inSlot(this.generation, slot);
      for (let from = 0; from < all.length; from += batch) {
        const some = all.slice(from, from + batch);
        calls.push(
          connection.eval(
            WRITE,
            [mark, mark, mark, ...this.keysOf(some)],
            ['', '', '', '', ...this.argsOf(some)],
          ),
        );
      }
    }
    await Promise.all(calls);
  }
}
