import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { OTHER_SIGNER, SIGNER, sampleEvents, sampleExport, textOf } from '@keyward/audit/testing';
import { EXIT } from '../errors/exit-codes.js';
import { runCli } from '../run-cli.js';
import { RecordedOutput, fakeEnvironment, type FakeEnvironment } from '../testing/fake-environment.js';

describe('keyward verify', () => {
  let folder: string;
  let text: string;
  let lines: readonly string[];
  const file = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-verify-'));
    ({ text, lines } = await sampleExport());
    await writeFile(file('trusted.pem'), SIGNER.publicKeyPem);
    await writeFile(file('export'), text);
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function verify(argv: readonly string[], parts: Parameters<typeof fakeEnvironment>[0] = {}) {
    const environment = fakeEnvironment({ env: {}, ...parts });
    const exitCode = await runCli(['verify', '--trust', file('trusted.pem'), ...argv], environment);
    return { exitCode, stdout: environment.stdout.text, stderr: environment.stderr.text };
  }

  it('says that an export is good, what it is of, and as of when', async () => {
    const { exitCode, stdout, stderr } = await verify([file('export')]);
    expect({ exitCode, stderr }).toEqual({ exitCode: EXIT.ok, stderr: '' });
    expect(stdout).toMatch(/^Every event is as Keyward signed it\.\n/);
    expect(stdout).toMatch(/^organization +acme$/m);
    expect(stdout).toMatch(/^events +10 \(0 to 9\)$/m);
    expect(stdout).toMatch(/^as of +2026-03-01 12:10:00$/m);
    expect(stdout).toMatch(new RegExp(`^signed by +${SIGNER.signingKeyId}$`, 'm'));
    expect(stdout).toContain('Without --heads an older export passes for a newer one');
  });

  it('reads standard input, and saved heads from a file', async () => {
    await writeFile(file('heads'), textOf([lines[5]!, lines[13]!]));
    const { exitCode, stdout } = await verify(['-', '--heads', file('heads')], { input: text });
    expect(exitCode).toBe(EXIT.ok);
    expect(stdout).toMatch(/^saved heads compared +2$/m);
    expect(stdout).not.toContain('Without --heads');
  });

  it('names each fault with its line, and ends with a code of its own', async () => {
    await writeFile(file('export'), textOf([...lines.slice(0, 7), ...lines.slice(8, 13)]));
    const { exitCode, stdout, stderr } = await verify([file('export')]);
    expect(exitCode).toBe(EXIT.notVerified);
    expect(stdout).toMatch(/^This is not what Keyward signed\.\n/);
    expect(stdout).toMatch(/^export +8 +missing_event +Event 5 is missing before event 6\.$/m);
    expect(stdout).toMatch(/^export +12 +cut_tail +/m);
    expect(stderr).toMatch(/^keyward: The export is not what Keyward signed\. \(NOT_VERIFIED\)\n/);
  });

  it('shows with saved heads that an export is an older one', async () => {
    await writeFile(file('heads'), textOf([lines[13]!]));
    const older = await sampleExport({ events: sampleEvents(9) });
    await writeFile(file('export'), older.text);
    expect((await verify([file('export')])).exitCode).toBe(EXIT.ok);
    const { exitCode, stdout } = await verify([file('export'), '--heads', file('heads')]);
    expect(exitCode).toBe(EXIT.notVerified);
    expect(stdout).toMatch(
      /^heads +1 +cut_tail +The head was signed for 10 events; the export ends with 9\.$/m,
    );
  });

  it('answers programs with one document', async () => {
    const good = await verify([file('export'), '--json']);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, size: 10, faults: [] });
    await writeFile(file('export'), text.replace('alice', 'alicf'));
    const bad = await verify([file('export'), '--json']);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      ok: false,
      faults: [{ line: 3, code: 'broken_link' }, {}],
    });
    expect(JSON.parse(bad.stderr)).toMatchObject({ error: { code: 'NOT_VERIFIED', exitCode: 10 } });
  });

  it('trusts only the keys it is given', async () => {
    await writeFile(file('trusted.pem'), OTHER_SIGNER.publicKeyPem);
    const { exitCode, stdout } = await verify([file('export')]);
    expect(exitCode).toBe(EXIT.notVerified);
    expect(stdout).toContain('unknown_signing_key');
    await writeFile(file('trusted.pem'), OTHER_SIGNER.publicKeyPem + SIGNER.publicKeyPem);
    expect((await verify([file('export')])).exitCode).toBe(EXIT.ok);
  });

  it('asks no server and needs no token, whatever the environment says', async () => {
    const env = { KEYWARD_URL: 'http://127.0.0.1:1', KEYWARD_GRPC: '127.0.0.1:1' };
    expect((await verify([file('export')], { env })).exitCode).toBe(EXIT.ok);
  });

  it.each<[string, string[], string]>([
    ['a missing export', ['no-such-file'], 'The file of <export> cannot be read (ENOENT).'],
    ['a folder', [tmpdir()], 'The file of <export> cannot be read (EISDIR).'],
    ['missing heads', ['-', '--heads', 'no-such-file'], 'The file of --heads cannot be read (ENOENT).'],
    ['two from standard input', ['-', '--heads', '-'], 'Standard input is either'],
    [
      'a missing file of keys',
      ['-', '--trust', 'no-such-file'],
      'The file of --trust cannot be read (ENOENT).',
    ],
  ])('refuses %s', async (_what, argv, sentence) => {
    const { exitCode, stdout, stderr } = await verify(argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.usage, stdout: '' });
    expect(stderr).toContain(sentence);
  });

  it('refuses a file of keys that holds none, and repeats nothing of it', async () => {
    await writeFile(file('trusted.pem'), 'canary-7f3a');
    const { exitCode, stderr } = await verify([file('export')]);
    expect(exitCode).toBe(EXIT.usage);
    expect(stderr).toContain('The file of --trust must hold public Ed25519 keys in PEM');
    expect(stderr).not.toContain('canary');
  });

  it('shows on a terminal how far it is, and takes that away at the end', async () => {
    const stderr = new RecordedOutput(true, 80);
    await verify([file('export')], { stderr });
    const cleared = '\r\u001b[K';
    expect(stderr.text).toBe(`${cleared}2 lines, 100 %${cleared}`);
    const asJson = new RecordedOutput(true, 80);
    await verify([file('export'), '--json'], { stderr: asJson });
    expect(asJson.text).toBe('');
  });

  it('ends when it is interrupted', async () => {
    const interrupt = new AbortController();
    const endless = new Readable({ read() {} });
    endless.push(text.slice(0, 3_000));
    const stdin = endless as FakeEnvironment['stdin'];
    const running = verify(['-'], { stdin, interrupted: interrupt.signal });
    interrupt.abort();
    const { exitCode, stdout } = await running;
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.interrupted, stdout: '' });
  });
});
