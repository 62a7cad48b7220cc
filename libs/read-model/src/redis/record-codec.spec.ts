import fc from 'fast-check';
import { CorruptRecordError } from '../read-model.errors.js';
import type { ReadModelRecord } from '../records.js';
import {
  organizationRecord,
  orgSlot,
  projectRecord,
  projectSlot,
  rolloutRecord,
  slotWithKey,
  slotWithoutKey,
} from '../testing/sample-records.js';
import { decodeRecord, encodeRecord, holdsKey } from './record-codec.js';

const RECORDS: readonly ReadModelRecord[] = [
  organizationRecord('acme', 9_007_199_254_740_993n),
  projectRecord('acme', 'website', 0n),
  rolloutRecord(3n),
  slotWithKey(orgSlot('acme', 'openai'), 2n, 9_007_199_254_740_993n),
  slotWithKey(projectSlot('acme', 'website', 'openai')),
  { ...slotWithKey(orgSlot('acme', 'openai')), sealed: null, sealedRevision: null },
  slotWithoutKey(projectSlot('acme', 'website', 'openai'), 1n),
];

describe('record codec', () => {
  it.each(RECORDS.map((record) => [record.kind, record] as const))(
    'gives back a %s as it was',
    (_kind, record) => {
      expect(decodeRecord(record, encodeRecord(record))).toEqual(record);
    },
  );

  it('has the numbers that are compared in Redis in front', () => {
    expect(encodeRecord(slotWithKey(orgSlot('acme', 'openai'), 7n, 3n))).toMatch(/^7:3:1:\[/);
    expect(encodeRecord(slotWithoutKey(orgSlot('acme', 'openai'), 8n))).toMatch(/^8::0:\[/);
    expect(encodeRecord(rolloutRecord(2n))).toMatch(/^2::0:\[/);
  });

  it('knows a slot that holds a key', () => {
    expect(RECORDS.map(holdsKey)).toEqual([0, 0, 0, 1, 1, 1, 0]);
  });

  it('never takes what was cut, or is of another kind, for a record', () => {
    const record = fc.constantFrom(...RECORDS);
    fc.assert(
      fc.property(record, record, fc.nat(1_000), (one, other, cut) => {
        const text = encodeRecord(one);
        const broken = one.kind === other.kind ? text.slice(0, cut % text.length) : text;
        expect(() => decodeRecord(other, broken)).toThrow(CorruptRecordError);
      }),
    );
  });

  it('says nothing of what it could not read', () => {
    const text = `x${encodeRecord(RECORDS[3]!)}`;
    expect(() => decodeRecord(RECORDS[3]!, text)).toThrow(
      /^The read model holds a slot that cannot be read: build it anew/,
    );
  });
});
