import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  OTHER_SIGNER,
  SIGNER,
  bytesOf,
  python,
  sampleEvent,
  sampleEvents,
  sampleExport,
  tamperings,
  type SampleOptions,
} from '../testing/index.js';
import { headLine } from '../head/head.js';
import { TrustedKeys } from '../head/trusted-keys.js';
import { verifyExport } from './verify-export.js';

const SCRIPT = 'examples/verify_export.py';
/** Runs the script on many exports in one process: a line of JSON in, a line of JSON out. */
const MANY = `
import io, json, runpy, sys
script = runpy.run_path(sys.argv[1])
keys = script["trusted_keys"](sys.argv[2])
for line in sys.stdin:
    given = json.loads(line)
    files = [io.BytesIO(bytes.fromhex(each)) for each in given]
    print(json.dumps(script["verify"](files[0], keys, *files[1:])), flush=True)
`;

const FLIPS = 60;

interface Verdict {
  readonly ok: boolean;
  readonly faults: readonly (readonly [file: string, line: number, code: string])[];
}

interface Case {
  readonly text: Buffer | string;
  readonly heads?: Buffer | string | undefined;
}

const PEM = SIGNER.publicKeyPem;

async function ours({ text, heads }: Case): Promise<Verdict> {
  const savedHeads = heads === undefined ? {} : { savedHeads: bytesOf(heads) };
  const options = { trusted: TrustedKeys.fromPem(PEM, 'the key of the tests'), ...savedHeads };
  const { ok, faults } = await verifyExport(bytesOf(text), options);
  return { ok, faults: faults.map(({ file, line, code }) => [file, line, code]) };
}

async function theirs(cases: readonly Case[]): Promise<Verdict[]> {
  const input = cases.map(({ text, heads }) =>
    JSON.stringify(
      [text, heads].filter((each) => each !== undefined).map((each) => Buffer.from(each).toString('hex')),
    ),
  );
  const { code, stdout, stderr } = await python(['-c', MANY, SCRIPT, PEM], input.join('\n'));
  if (code !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { ok, faults } = JSON.parse(line) as Verdict;
      return { ok, faults: faults.slice(0, 100) };
    });
}

describe('The verifier in examples/, written in another language,', () => {
  it('has fewer than 200 lines and takes nothing but the standard library', async () => {
    const source = await readFile(SCRIPT, 'utf8');
    expect(source.split('\n').length - 1).toBeLessThan(200);
    expect(source.match(/^\s*(import|from)\b.*$/gm)).toEqual(['import base64, hashlib, json, re, sys']);
  });

  it('agrees on every good export', async () => {
    const options: SampleOptions[] = [
      {},
      { events: [] },
      { first: 5 },
      { first: 8 },
      { first: 10 },
      { headEvery: 1 },
    ];
    const cases: Case[] = [];
    for (const each of options) {
      const { text, heads } = await sampleExport(each);
      const saved = heads
        .filter(({ head }) => head.size >= (each.first ?? 0))
        .map((head) => `${headLine(head)}\n`);
      cases.push({ text }, ...(saved.length > 0 ? [{ text, heads: saved.join('') }] : []));
    }
    const good = cases.map(() => ({ ok: true, faults: [] }));
    expect(await Promise.all(cases.map(ours))).toEqual(good);
    expect(await theirs(cases)).toEqual(good);
  });

  it('agrees on everything that was done to one, fault by fault and line by line', async () => {
    const cases = await tamperings();
    const [mine, other] = [await Promise.all(cases.map(ours)), await theirs(cases)];
    const named = (verdicts: readonly Verdict[]) => verdicts.map((verdict, n) => [cases[n]!.name, verdict]);
    expect(named(other)).toEqual(named(mine));
    expect(other.filter(({ ok }) => ok)).toEqual([]);
  });

  it('agrees on bits that are flipped anywhere', async () => {
    const samples = [
      await sampleExport({ events: sampleEvents(6) }),
      await sampleExport({ events: sampleEvents(9), first: 5 }),
    ];
    const flipped = fc
      .tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(7))
      .map(([{ text }, place, bit]) => {
        const bytes = Buffer.from(text);
        bytes[place % bytes.length]! ^= 1 << bit;
        return { text: bytes };
      });
    // All in one process of Python, which a smaller example would need again.
    await fc.assert(
      fc.asyncProperty(fc.array(flipped, { minLength: FLIPS, maxLength: FLIPS }), async (cases) => {
        const [mine, other] = [await Promise.all(cases.map(ours)), await theirs(cases)];
        expect(other).toEqual(mine);
        expect(other.filter(({ ok }) => ok)).toEqual([]);
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });

  it('agrees on every bit of the header, which nobody signed', async () => {
    const { text, lines } = await sampleExport({ events: sampleEvents(1) });
    const bits = 8 * Buffer.byteLength(lines[0]!);
    const cases = Array.from({ length: bits }, (_, bit): Case => {
      const bytes = Buffer.from(text);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      return { text: bytes };
    });
    const [mine, other] = [await Promise.all(cases.map(ours)), await theirs(cases)];
    expect(other).toEqual(mine);
    expect(other.filter(({ ok }) => ok)).toEqual([]);
  });

  it('agrees on signatures of any message', async () => {
    const cases: Case[] = [];
    for (let n = 0; n < 40; n += 1)
      cases.push({ text: (await sampleExport({ events: [sampleEvent(0, { n })], headEvery: 9 })).text });
    expect(await theirs(cases)).toEqual(cases.map(() => ({ ok: true, faults: [] })));
    const foreign: Case = { text: (await sampleExport({ signer: OTHER_SIGNER })).text };
    expect(await theirs([foreign])).toEqual([await ours(foreign)]);
  });

  describe('as a command', () => {
    let folder: string;
    const file = (name: string): string => join(folder, name);

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'keyward-audit-'));
      await writeFile(file('trusted.pem'), PEM);
    });

    afterEach(() => rm(folder, { recursive: true }));

    it('ends with 0 for what is good, and tells what it is', async () => {
      const { text, heads } = await sampleExport();
      await writeFile(file('heads'), heads.map((head) => `${headLine(head)}\n`).join(''));
      const { code, stdout } = await python([SCRIPT, '-', file('trusted.pem'), file('heads')], text);
      expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
        code: 0,
        ok: true,
        organizationId: 'acme',
        size: 10,
        time: '2026-03-01T12:10:00.000Z',
      });
    });

    it('ends with 10 for what is not, and with 2 when it is used wrongly', async () => {
      const { text } = await sampleExport();
      await writeFile(file('export'), text.replace('alice', 'alicf'));
      expect((await python([SCRIPT, file('export'), file('trusted.pem')], '')).code).toBe(10);
      expect((await python([SCRIPT, file('export')], '')).code).toBe(2);
      expect((await python([SCRIPT, file('export'), file('export')], '')).code).toBe(2);
    });
  });
});
