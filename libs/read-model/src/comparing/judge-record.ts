import { isDeepStrictEqual } from 'node:util';
import { comparePositions, type LogPosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import type { SealedKey } from '@keyward/sealing';
import type { StoredRecord } from '../maintenance/maintenance.port.js';
import { lastMaterial } from '../projection/key-materials.js';
import type { KeyMaterial } from '../projection/projected-event.js';
import { foldStream } from '../projection/record-stream.js';
import type { ReadModelRecord, RecordKey, SlotRecord } from '../records.js';
import {
  addressOf,
  factsOf,
  fieldsThatDiffer,
  type Difference,
  type DifferenceKind,
  type RecordFacts,
} from './difference.js';

type Log = Pick<EventStore, 'readStream'>;

/** What the log says of a record: folds of its stream, slots without sealed bytes. */
interface Told {
  /** As of the place that the read model has reached. */
  readonly then: ReadModelRecord | undefined;
  /** At the revision that the read model holds. */
  readonly same: ReadModelRecord | undefined;
  readonly last: ReadModelRecord | undefined;
}

/** How a record differs. */
interface Verdict {
  readonly kind: DifferenceKind;
  readonly differsIn: readonly string[];
}

/**
 * Holds a record of the read model against its own stream. It may be newer than `through`, since writes go on, but not
 * older; and what it says has to be what its stream says at its revision.
 * @param stored as found after the read model had reached `through`
 * @throws ProjectionError at an event that cannot be read
 */
export async function judgeRecord(
  log: Log,
  key: RecordKey,
  stored: StoredRecord | undefined,
  through: LogPosition,
): Promise<Difference | undefined> {
  const found = stored?.record;
  const told = await tell(log, key, found?.revision, through);
  const verdict = stored ? await judge(log, found, told, through) : told.then && only('missing');
  if (!verdict) return undefined;
  return {
    ...addressOf(key),
    ...verdict,
    log: factsOfAny(told.then ?? told.last),
    readModel: factsOfAny(found),
  };
}

async function judge(
  log: Log,
  found: ReadModelRecord | undefined,
  told: Told,
  through: LogPosition,
): Promise<Verdict | undefined> {
  if (!found) return only('unreadable');
  const { then, same, last } = told;
  if (!last) return only('extra');
  if (then && then.revision > found.revision) return only('older');
  if (!same) return only('newer');
  const differsIn = fieldsThatDiffer(same, found);
  if (differsIn.length > 0) return { kind: 'altered', differsIn };
  return found.kind === 'slot' ? judgeSealed(log, found, last, through) : undefined;
}

function factsOfAny(record: ReadModelRecord | undefined): RecordFacts | null {
  return record ? factsOf(record) : null;
}

function only(kind: DifferenceKind, ...differsIn: string[]): Verdict {
  return { kind, differsIn };
}

async function tell(
  log: Log,
  key: RecordKey,
  revision: bigint | undefined,
  through: LogPosition,
): Promise<Told> {
  let [then, same, last]: (ReadModelRecord | undefined)[] = [];
  for await (const { recorded, record } of foldStream(log, key)) {
    last = record;
    if (record.revision === revision) same = record;
    if (comparePositions(recorded.position, through) <= 0) then = record;
  }
  return { then, same, last };
}

/** Only its key's own stream has the sealed bytes, and only the newest wrapping of them. */
async function judgeSealed(
  log: Log,
  slot: SlotRecord,
  last: ReadModelRecord,
  through: LogPosition,
): Promise<Verdict | undefined> {
  const { key } = slot.state;
  const held = key && (await lastMaterial(log, key.keyId));
  if (!held) return isForged(slot, last) ? only('altered', 'sealed') : undefined;
  const kind = judgeWrapping(held.material, slot);
  // A newer wrapping may have come since.
  const isLater = kind === 'older' && comparePositions(held.position, through) > 0;
  return kind && !isLater ? only(kind, 'sealed') : undefined;
}

function judgeWrapping(
  held: KeyMaterial,
  { sealed, sealedRevision }: SlotRecord,
): DifferenceKind | undefined {
  const ahead = held.revision - (sealedRevision ?? -1n);
  if (ahead === 0n) return isSame(sealed, held.sealed) ? undefined : 'altered';
  return ahead > 0n ? 'older' : 'newer';
}

function isSame(one: SealedKey | null, other: SealedKey): boolean {
  return isDeepStrictEqual({ ...one }, { ...other });
}

/** Sealed bytes without a key of their own; what is in use no more is destroyed, and may still be there in a moment before. */
function isForged({ state, sealed, revision }: SlotRecord, last: ReadModelRecord): boolean {
  return sealed !== null && (state.key === null || last.revision === revision);
}
