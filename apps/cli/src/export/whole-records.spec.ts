import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { WholeRecords } from './whole-records.js';

const HASH = 'ab'.repeat(32);
const leafHash = (line: string) => createHash('sha256').update('\0').update(line).digest('hex');

interface Sample {
  readonly format: 'ndjson' | 'csv';
  readonly records: readonly string[];
  readonly isEvent: readonly boolean[];
}

const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'ü', '{') });
const ndjson: fc.Arbitrary<Sample> = fc.array(fc.tuple(fc.boolean(), text), { maxLength: 8 }).map((all) => ({
  format: 'ndjson',
  records: [
    '{"export":{}}\n',
    ...all.map(([isEvent, name]) => `{"${isEvent ? 'event' : 'head'}":${JSON.stringify(name)}}\n`),
  ],
  isEvent: [false, ...all.map(([isEvent]) => isEvent)],
}));
const csv: fc.Arbitrary<Sample> = fc.array(fc.tuple(fc.boolean(), text), { maxLength: 8 }).map((all) => ({
  format: 'csv',
  records: [
    'index,name,leaf_hash,head\r\n',
    ...all.map(([isEvent, name], n) => {
      const cell = `"${name.replaceAll('"', '""')}"`;
      return isEvent ? `${n},${cell},${HASH},\r\n` : `,,,${cell}\r\n`;
    }),
  ],
  isEvent: [false, ...all.map(([isEvent]) => isEvent)],
}));

describe('What has come of an export', () => {
  it('is known up to its last whole event, in whatever pieces it came and wherever it was cut off', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.oneof(ndjson, csv),
        cuts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sample, at, end) => {
          const { format, records, isEvent } = sample;
          const bytes = Buffer.from(records.join(''));
          const came = bytes.subarray(0, Math.floor(end * bytes.length));
          const whole = new WholeRecords(format);
          let from = 0;
          for (const to of [
            ...at.map((share) => Math.floor(share * came.length)).sort((a, b) => a - b),
            came.length,
          ]) {
            whole.take(came.subarray(from, to));
            from = to;
          }
          const ends: number[] = [];
          records.reduce((sum, record, n) => {
            const next = sum + Buffer.byteLength(record);
            if (isEvent[n]) ends.push(next);
            return next;
          }, 0);
          const there = ends.filter((each) => each <= came.length);
          expect([whole.count, whole.end]).toEqual([there.length, there.at(-1) ?? 0]);
          const last = Buffer.from(bytes.subarray(0, whole.end)).toString().trimEnd().split('\n').at(-1)!;
          if (format === 'ndjson' && there.length > 0) expect(whole.leafHash).toBe(leafHash(last));
          if (format === 'csv' && there.length > 0) expect(whole.leafHash).toBe(HASH);
          // What follows the last event can be taken again.
          whole.cut();
          whole.take(bytes.subarray(whole.end));
          expect(whole.count).toBe(ends.length);
          expect(whole.endsWithHead).toBe(!isEvent.at(-1) && records.length > 1);
        },
      ),
    );
  });

  it('has no hash while there is no event', () => {
    const whole = new WholeRecords('ndjson');
    whole.take(Buffer.from('{"export":{}}\n{"event":'));
    expect([whole.count, whole.end, whole.leafHash]).toEqual([0, 0, undefined]);
  });
});
