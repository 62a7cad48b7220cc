import type { OrganizationState, ProjectState, RolloutState, SlotKey, SlotState } from '@keyward/domain';
import type { SealedKey } from '@keyward/sealing';
import { CorruptRecordError } from '../read-model.errors.js';
import type { ReadModelRecord, RecordKey, SlotRecord } from '../records.js';

/**
 * A record as Redis holds it: `<revision>:<revision of the sealed key>:<1 for a slot with a key>:<row>`.
 * The numbers stand before the row because the scripts there compare them; the row is a JSON array
 * without names, which takes half the memory of an object and half the time to read. A change of the
 * rows is a change of {@link RECORD_FORMAT}: a read model of another format is built anew.
 */
export const RECORD_FORMAT = '1';

const HEADER = /^(\d{1,19}):(\d{0,19}):([01]):/;
type Row = readonly unknown[];

export function encodeRecord(record: ReadModelRecord): string {
  const slot = record.kind === 'slot' ? record : undefined;
  const header = `${record.revision}:${slot?.sealedRevision ?? ''}:${holdsKey(record)}:`;
  return header + JSON.stringify(rowOf(record));
}

/** 1 for a slot that holds a key. */
export function holdsKey(record: ReadModelRecord): 0 | 1 {
  return record.kind === 'slot' && record.state.key !== null ? 1 : 0;
}

/** @throws CorruptRecordError, never with the text in it */
export function decodeRecord(key: RecordKey, text: string): ReadModelRecord {
  const header = HEADER.exec(text);
  if (!header) throw corrupt(key);
  const revision = BigInt(header[1]!);
  try {
    const row = array(JSON.parse(text.slice(header[0].length)));
    if (key.kind !== 'slot') return { ...key, revision, state: stateOf(key, row) } as ReadModelRecord;
    const sealedRevision = header[2] === '' ? null : BigInt(header[2]!);
    return slotOf(key, revision, row, sealedRevision);
  } catch {
    throw corrupt(key);
  }
}

function rowOf(record: ReadModelRecord): Row {
  switch (record.kind) {
    case 'organization': {
      const { registered, name, plan, version } = record.state;
      return [registered, name, plan, version];
    }
    case 'project': {
      const { status, name, version } = record.state;
      return [status, name, version];
    }
    case 'rollout': {
      const { percentage, include, exclude, version } = record.state;
      return [percentage, include, exclude, version];
    }
    case 'slot': {
      const { key, enabled, lastVersion, changedAt, changedBy } = record.state;
      return [
        key && keyRow(key),
        enabled,
        lastVersion,
        changedAt,
        changedBy,
        record.sealed && sealedRow(record.sealed),
      ];
    }
  }
}

function keyRow({ keyId, version, fingerprint, lastFour, credentialKind, setAt, setBy }: SlotKey): Row {
  return [keyId, version, fingerprint, lastFour, credentialKind, setAt, setBy];
}

function sealedRow({ format, kekId, wrappedDataKey, commitment, nonce, ciphertext, tag }: SealedKey): Row {
  return [format, kekId, wrappedDataKey, commitment, nonce, ciphertext, tag];
}

function stateOf(key: RecordKey, row: Row): OrganizationState | ProjectState | RolloutState {
  if (key.kind === 'organization') {
    const [registered, name, plan, version] = typed(row, 'bssn');
    return { registered, name, plan, version } as OrganizationState;
  }
  if (key.kind === 'project') {
    const [status, name, version] = typed(row, 'ssn');
    return { status, name, version } as ProjectState;
  }
  const [percentage, include, exclude, version] = typed(row, 'naan');
  return { percentage, include, exclude, version } as RolloutState;
}

function slotOf(
  { address }: RecordKey & { kind: 'slot' },
  revision: bigint,
  row: Row,
  sealedRevision: bigint | null,
): SlotRecord {
  const [key, enabled, lastVersion, changedAt, changedBy, sealed] = typed(row, 'AbnSSA');
  const state = { key: key && keyOf(key as Row), enabled, lastVersion, changedAt, changedBy } as SlotState;
  return {
    kind: 'slot',
    address,
    revision,
    state,
    sealed: sealed && sealedOf(sealed as Row),
    sealedRevision,
  } as SlotRecord;
}

function keyOf(row: Row): SlotKey {
  const [keyId, version, fingerprint, lastFour, credentialKind, setAt, setBy] = typed(row, 'snsSsss');
  return { keyId, version, fingerprint, lastFour, credentialKind, setAt, setBy } as SlotKey;
}

function sealedOf(row: Row): SealedKey {
  const [format, kekId, wrappedDataKey, commitment, nonce, ciphertext, tag] = typed(row, 'nssssss');
  return { format, kekId, wrappedDataKey, commitment, nonce, ciphertext, tag } as SealedKey;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: (value) => typeof value === 'string',
  n: (value) => typeof value === 'number',
  b: (value) => typeof value === 'boolean',
  a: Array.isArray,
};

/** The row, if it is of these types and no longer: string, number, boolean, array; an upper-case letter allows null. */
function typed(row: Row, types: string): Row {
  if (row.length !== types.length) throw new Error('another length');
  for (let i = 0; i < types.length; i++) {
    const type = types[i]!;
    const lower = type.toLowerCase();
    if (type !== lower && row[i] === null) continue;
    if (!TYPES[lower]!(row[i])) throw new Error('another type');
  }
  return row;
}

function array(value: unknown): Row {
  if (!Array.isArray(value)) throw new Error('no row');
  return value as Row;
}

function corrupt({ kind }: RecordKey): CorruptRecordError {
  return new CorruptRecordError(kind === 'organization' ? 'an organization' : `a ${kind}`);
}
