import { readFile } from 'node:fs/promises';
import {
  GOLDEN_FILE,
  ORGANIZATION,
  SIGNER,
  bytesOf,
  exampleExport,
  goldenCanonicalJson,
  python,
  sampleEvent,
} from './testing/index.js';
import { canonicalJson } from './canonical/canonical-json.js';
import { headHash } from './head/head.js';
import { TrustedKeys } from './head/trusted-keys.js';
import { leafHash } from './merkle/tree-hash.js';
import { FAULT_CODES } from './verify/faults.js';
import { verifyExport } from './verify/verify-export.js';

const PAGE = 'docs/audit-format.md';

async function block(language: string): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  expect(found).toHaveLength(1);
  return found[0]![1]!;
}

describe('docs/audit-format.md', () => {
  it('shows the example as it is made', async () => {
    expect(await block('ndjson')).toBe((await exampleExport()).text);
    expect(await block('pem')).toBe(SIGNER.publicKeyPem);
  });

  it('shows an example that is verified', async () => {
    const trusted = TrustedKeys.fromPem(await block('pem'), PAGE);
    const report = await verifyExport(bytesOf(await block('ndjson')), { trusted });
    expect(report).toMatchObject({ ok: true, log: { organizationId: ORGANIZATION }, size: 3, heads: 1 });
  });

  it('shows the hashes of the example', async () => {
    const page = await readFile(PAGE, 'utf8');
    const { lines, heads } = await exampleExport();
    const leaves = lines
      .filter((line) => line.startsWith('{"event"'))
      .map((line) => leafHash(line).toString('hex'));
    const closing = (JSON.parse(lines.at(-1)!) as { head: { rootHash: string } }).head;
    const rows: [string, string][] = [
      ...leaves.map((hash, n): [string, string] => [`leaf hash of event ${n}`, hash]),
      ['root of 2 events', heads[0]!.head.rootHash],
      ['root of 3 events', closing.rootHash],
      ['hash of the head of 2 events', headHash(heads[0]!.head)],
      ['signing key id', SIGNER.signingKeyId],
    ];
    const shown = [...page.matchAll(/^\| ([a-z][a-z0-9 ]*?) +\| `([0-9a-f]{64})` \|$/gm)];
    expect(shown.map(([, name, hash]) => [name, hash])).toEqual(rows);
  });

  it('explains every fault that is told', async () => {
    const [, section] = (await readFile(PAGE, 'utf8')).split('## What a verifier finds');
    const explained = [...section!.split('\n## ')[0]!.matchAll(/^\| `(\w+)` +\| \S/gm)].map(
      ([, code]) => code,
    );
    expect(explained).toEqual(FAULT_CODES);
  });

  it('has canonical JSON in Python that writes what ours writes', async () => {
    const program = `${await block('python')}
golden = json.load(open(${JSON.stringify(GOLDEN_FILE)}))
print(json.dumps([canonical(json.loads(each["json"])) for each in golden]))
print(json.dumps(canonical(json.loads(${JSON.stringify(JSON.stringify(sampleEvent(7).data))}))))
`;
    const { stdout, stderr } = await python(['-c', program]);
    expect(stderr).toBe('');
    const [golden, data] = stdout.trimEnd().split('\n');
    expect(JSON.parse(golden!)).toEqual(goldenCanonicalJson().map(({ canonical }) => canonical));
    expect(JSON.parse(data!)).toBe(canonicalJson(sampleEvent(7).data));
  });
});
