import fc from 'fast-check';
import {
  ORGANIZATION,
  OTHER_SIGNER,
  SIGNER,
  STORE_ID,
  bytesOf,
  sampleEvent,
  sampleEvents,
  sampleExport,
  tamperings,
  textOf,
  type SampleOptions,
} from '../testing/index.js';
import { TrustedKeys } from '../head/trusted-keys.js';
import { headLine } from '../head/head.js';
import { verifyExport, type VerificationReport } from './verify-export.js';

const trusted = TrustedKeys.fromPem(SIGNER.publicKeyPem, 'the key of the tests');
const both = TrustedKeys.fromPem(SIGNER.publicKeyPem + OTHER_SIGNER.publicKeyPem, 'the keys of the tests');

function verify(text: string | Buffer, heads?: string | Buffer, keys = trusted): Promise<VerificationReport> {
  const savedHeads = heads === undefined ? {} : { savedHeads: bytesOf(heads) };
  return verifyExport(bytesOf(text), { trusted: keys, ...savedHeads });
}

function foundIn({ faults }: VerificationReport): string[] {
  return faults.map(({ file, line, code }) => `${file === 'heads' ? 'heads ' : ''}${line} ${code}`);
}

describe('An export', () => {
  it('is verified, and the report says what was', async () => {
    const { text, lines } = await sampleExport();
    const closing = (JSON.parse(lines.at(-1)!) as { head: { rootHash: string } }).head;
    expect(await verify(text)).toEqual({
      ok: true,
      log: { storeId: STORE_ID, organizationId: ORGANIZATION, first: 0 },
      size: 10,
      heads: 2,
      closing: {
        time: '2026-03-01T12:10:00.000Z',
        rootHash: closing.rootHash,
        signingKeyId: SIGNER.signingKeyId,
      },
      savedHeads: 0,
      faultCount: 0,
      faults: [],
    });
  });

  it.each<[string, SampleOptions]>([
    ['without events', { events: [] }],
    ['of one event', { events: [sampleEvent(0)] }],
    ['of a part', { first: 5 }],
    ['of a part that begins at a head', { first: 8 }],
    ['of a part without events', { first: 10 }],
    ['with a head after each event', { headEvery: 1 }],
    ['without heads but the last', { headEvery: 100 }],
  ])('%s is verified', async (_what, options) => {
    expect(await verify((await sampleExport(options)).text)).toMatchObject({ ok: true, faults: [] });
  });

  it('is verified with every head that was saved, also of the export itself and of other logs', async () => {
    const { text, lines, heads } = await sampleExport();
    const foreign = (await sampleExport({ storeId: 'another' })).heads.map(headLine);
    const saved = textOf([...foreign, ...heads.map(headLine), ...heads.map(headLine), lines.at(-1)!]);
    expect(await verify(text, saved)).toMatchObject({ ok: true, savedHeads: 5 });
  });

  it('of a part is verified with saved heads of its beginning and after', async () => {
    const { heads } = await sampleExport();
    const { text } = await sampleExport({ first: 4 });
    expect(await verify(text, textOf(heads.map(headLine)))).toMatchObject({ ok: true, savedHeads: 2 });
  });

  it('goes on under a new signing key, when both are trusted', async () => {
    const { text } = await sampleExport({ nextSigner: { from: 5, signer: OTHER_SIGNER } });
    expect(await verify(text, undefined, both)).toMatchObject({ ok: true, heads: 2 });
    expect(foundIn(await verify(text))).toEqual([
      '11 unknown_signing_key',
      '14 unknown_signing_key',
      '14 cut_tail',
    ]);
  });

  it('is verified alike however its bytes arrive', async () => {
    const { text } = await sampleExport();
    for (const chunk of [1, 7, 64, 1_000_000]) {
      expect(await verifyExport(bytesOf(text, chunk), { trusted })).toMatchObject({ ok: true, size: 10 });
    }
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await verifyExport(bytesOf((await sampleExport()).text), { trusted, onLine: (line) => seen.push(line) });
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });
});

describe('What was done to an export is found:', () => {
  it('every case, at its line', async () => {
    const [found, expected]: Record<string, unknown>[] = [{}, {}];
    for (const { name, text, heads, found: faults } of await tamperings()) {
      const report = await verify(text, heads);
      found![name] = [report.ok, ...foundIn(report)];
      expected![name] = [false, ...faults];
    }
    expect(found).toEqual(expected);
  });

  const options = fc.record({
    size: fc.nat(12),
    headEvery: fc.integer({ min: 1, max: 6 }),
    first: fc.nat(12),
  });
  const sample = ({ size, headEvery, first }: { size: number; headEvery: number; first: number }) => {
    const events = sampleEvents(size);
    return sampleExport({ events, headEvery, first: Math.min(first, size) });
  };

  it('any bit that is flipped', async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.nat(), fc.nat(7), async (of, place, bit) => {
        const bytes = Buffer.from((await sample(of)).text);
        expect((await verify(bytes)).ok).toBe(true);
        bytes[place % bytes.length]! ^= 1 << bit;
        expect((await verify(bytes)).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('any bytes that are cut off, taken out, doubled or put in', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ maxLength: 20 }),
        async (of, a, b, more) => {
          const { text } = await sample(of);
          const bytes = Buffer.from(text);
          const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const spoilt = [
            bytes.subarray(0, from),
            Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]),
            Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]),
            Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(to)]),
          ].filter((each) => !each.equals(bytes));
          for (const each of spoilt) expect((await verify(each)).ok).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('any lines in another order, left out or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.boolean(),
        async (of, picks, whole) => {
          const { lines } = await sample(of);
          const picked = picks.map((n) => lines[n % lines.length]!);
          const made = whole ? moved(lines, picks) : [lines[0]!, ...picked];
          const isSame = made.length === lines.length && made.every((line, n) => line === lines[n]);
          expect((await verify(textOf(made))).ok).toBe(isSame);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('an event that was changed with all that can be changed without the key', async () => {
    const events = Array.from({ length: 10 }, (_, n) => sampleEvent(n, n === 3 ? { actor: 'mallory' } : {}));
    const { lines } = await sampleExport();
    // Links and indexes are made anew; the heads stay what was signed.
    const forged = (await sampleExport({ events })).lines;
    const made = forged.map((line, n) => (line.startsWith('{"event"') ? line : lines[n]!));
    expect(foundIn(await verify(textOf(made)))).toEqual(['6 root_mismatch']);
  });

  it('and of very many faults the first are told, and all counted', async () => {
    const { lines } = await sampleExport();
    const report = await verify(textOf([...lines, ...Array.from({ length: 1_000 }, () => 'more')]));
    expect(report).toMatchObject({ ok: false, faultCount: 1_000 });
    expect(report.faults).toHaveLength(100);
  });

  it('without repeating what the export holds', async () => {
    const canary = 'canary-7f3a';
    const { lines } = await sampleExport();
    const spoilt = [
      lines.map((line) => line.replace('alice', canary)),
      [canary],
      [lines[0]!, canary],
      lines.map((line) => line.replaceAll('acme', canary)),
    ];
    for (const made of spoilt) {
      const { ok, faults } = await verify(textOf(made), canary);
      expect(ok).toBe(false);
      expect(JSON.stringify(faults)).not.toContain(canary);
    }
  });
});

/** Lines with some swapped: numbers in pairs name them. */
function moved(lines: readonly string[], picks: readonly number[]): string[] {
  const made = [...lines];
  for (let n = 0; n + 1 < picks.length; n += 2) {
    const [a, b] = [picks[n]! % made.length, picks[n + 1]! % made.length];
    [made[a], made[b]] = [made[b]!, made[a]!];
  }
  return made;
}
