import fc from 'fast-check';
import type { RecordedEvent } from '@keyward/event-store';
import { headHash, headLine, signHead, type SignedHead } from '../head/head.js';
import { AuditLog } from '../log/audit-log.js';
import { MerkleRange } from '../merkle/merkle-range.js';
import { ORGANIZATION, SIGNER, STORE_ID, sampleEvent, sampleEvents, timeOf } from '../testing/index.js';
import { CSV_COLUMNS, exportCsv } from './export-csv.js';
import { exportLines, type ExportSource } from './export-lines.js';

const IDENTITY = { storeId: STORE_ID, organizationId: ORGANIZATION };
const BEGIN = AuditLog.begin(IDENTITY).state;

/** Of these events, with a head of the chain after each of these sizes. */
async function sourceOf(
  events: readonly RecordedEvent[],
  sizes: readonly number[] = [],
): Promise<ExportSource> {
  const log = AuditLog.resume(BEGIN);
  const heads: SignedHead[] = [];
  for (const event of events) {
    log.append(event);
    if (sizes.includes(log.size))
      heads.push(await signHead(SIGNER, { log, previousHeadHash: null, time: timeOf(log.size) }));
  }
  return { from: BEGIN, previousHeadHash: null, events, heads, signer: SIGNER, now: () => timeOf(1_000) };
}

/** What is left of it after so many events. */
function restOf(source: ExportSource, count: number): ExportSource {
  const log = AuditLog.resume(BEGIN);
  const events = [...(source.events as RecordedEvent[])];
  events.slice(0, count).forEach((event) => log.append(event));
  const heads = [...(source.heads as SignedHead[])];
  const before = heads.filter(({ head }) => head.size < count);
  return {
    ...source,
    from: log.state,
    previousHeadHash: before.length === 0 ? null : headHash(before.at(-1)!.head),
    events: events.slice(count),
    heads: heads.slice(before.length),
    begunAt: 0,
  };
}

async function all(lines: AsyncGenerator<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

/** RFC 4180, as a spreadsheet reads it. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const row: string[] = [];
  while (pattern.lastIndex < text.length) {
    const [, quoted, plain, end] = pattern.exec(text)!;
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push(row.splice(0));
  }
  return rows;
}

async function tableOf(source: ExportSource): Promise<Record<string, string>[]> {
  const [head, ...rows] = cellsOf((await all(exportCsv(source))).join(''));
  expect(head).toEqual([...CSV_COLUMNS]);
  return rows.map((cells) => {
    expect(cells).toHaveLength(CSV_COLUMNS.length);
    return Object.fromEntries(cells.map((text, n) => [CSV_COLUMNS[n]!, text]));
  });
}

describe('An export as CSV', () => {
  it('has a row for each event, with all that the event says', async () => {
    const event = sampleEvent(3, { version: 2, keyId: 'key-7', occurredAt: '2026-03-01T12:00:00.000Z' });
    const [row] = await tableOf(await sourceOf([event]));
    expect(row).toMatchObject({
      index: '0',
      occurred_at: '2026-03-01T12:00:00.000Z',
      recorded_at: event.recordedAt.toISOString(),
      actor: 'alice',
      type: 'ProjectKeySet',
      project: 'website',
      integration: 'openai',
      version: '2',
      key_id: 'key-7',
      reason: '',
      stream: event.stream,
      revision: '0',
      event_id: event.id,
      head: '',
    });
    expect(JSON.parse(row!['data']!)).toEqual(event.data);
  });

  it('proves by its last column that its leaf hashes are those that were signed, in their order', async () => {
    const source = await sourceOf(sampleEvents(23), [4, 9, 16]);
    const tree = new MerkleRange();
    const heads: string[] = [];
    for (const { head, leaf_hash: hash } of await tableOf(source)) {
      if (head === '') tree.append(Buffer.from(hash!, 'hex'));
      else {
        const signed = JSON.parse(head!) as SignedHead;
        expect(signed.head.rootHash).toBe(tree.root().toString('hex'));
        heads.push(head!);
      }
    }
    const lines = await all(exportLines(await sourceOf(sampleEvents(23), [4, 9, 16])));
    expect(heads).toEqual(lines.map((line) => line.trimEnd()).filter((line) => line.startsWith('{"head"')));
    expect(headLine(JSON.parse(heads.at(-1)!) as SignedHead)).toBe(heads.at(-1));
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', "=cmd|' /C calc'!A0"])(
    'shows %j as text, and no spreadsheet computes it',
    async (text) => {
      const [row] = await tableOf(await sourceOf([sampleEvent(0, { actor: text, reason: text })]));
      expect([row!['actor'], row!['reason']]).toEqual([`'${text}`, `'${text}`]);
    },
  );

  it('gives every text back, whatever stands in it, and begins no cell like a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), async (texts) => {
        const events = texts.map((actor, n) => sampleEvent(n, { actor }));
        const rows = await tableOf(await sourceOf(events));
        const actors = rows.filter(({ head }) => head === '').map(({ actor }) => actor!);
        expect(actors.map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/u, ''))).toEqual(
          texts.map((text) => text.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/u, '')),
        );
        for (const text of rows.flatMap((row) => Object.values(row)))
          expect(text).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/u);
      }),
    );
  });
});

describe.each([
  ['lines', exportLines],
  ['CSV', exportCsv],
] as const)('An export as %s that is broken off', (_name, make) => {
  it('and gone on with after any of its events is the same to the last byte', async () => {
    const sizes = [1, 2, 7];
    const whole = await all(make(await sourceOf(sampleEvents(12), sizes)));
    const isEvent = (line: string): boolean => /^(\{"event"|\d)/.test(line);
    const ends = whole.flatMap((line, n) => (isEvent(line) ? [n + 1] : []));
    expect(ends).toHaveLength(12);
    for (const [n, end] of ends.entries()) {
      const rest = await all(make(restOf(await sourceOf(sampleEvents(12), sizes), n + 1)));
      expect([...whole.slice(0, end), ...rest]).toEqual(whole);
    }
    expect(whole[0]).toMatch(/^(\{"export"|index,)/);
  });
});
