import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { CommandLine, errorIn } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';
const NOT_VERIFIED = 10;
/** Heads and checks as often as they can be. */
const OFTEN = { KEYWARD_AUDIT_HEAD_INTERVAL: '1s', KEYWARD_AUDIT_CHECK_INTERVAL: '1s' };

interface Head {
  readonly head: { readonly size: number; readonly rootHash: string; readonly signingKeyId: string };
}

describe('The audit log of a running Keyward', () => {
  const data = temporaryDataDir();
  const file = (name: string): string => join(data.path, name);
  let keyward: RunningKeyward;
  let cli: CommandLine;

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<void> => {
    keyward = await startKeyward(data.path, env);
    cli = new CommandLine(keyward.env);
  };
  const headOf = async (log: string): Promise<Head> =>
    (await cli.json(`audit head ${log}`)) as unknown as Head;
  const linesOf = async (name: string): Promise<Head[]> =>
    (await readFile(file(name), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Head);

  beforeAll(async () => {
    await start();
    await cli.text('org put acme --name Acme --plan enterprise');
    await cli.text('rollout include acme');
    await cli.text('key set acme serpapi', { input: CANARY });
    await writeFile(file('trusted.pem'), await cli.text('audit key'));
  }, 180_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('has heads that can be saved elsewhere, and are shown to continue those saved before', async () => {
    const options = `--trust ${file('trusted.pem')} --out ${file('heads')}`;
    expect(await cli.text(`audit heads acme ${options}`)).toContain('1 head saved');
    await cli.text('key disable acme serpapi');
    await cli.text('key enable acme serpapi');
    expect(await cli.text(`audit heads acme ${options}`)).toContain('continues those saved before');
    expect(await cli.json(`audit heads acme ${options}`)).toMatchObject({ saved: 0 });
    await cli.text(`audit heads --platform ${options}`);
    expect((await linesOf('heads')).map(({ head }) => head.size)).toEqual([2, 4, 1]);
  });

  it('proves an event, and that it continues a saved head', async () => {
    const text = await cli.text(`audit proof acme --index 1 --trust ${file('trusted.pem')}`);
    expect(text).toContain('Event 1 is in the log of the head.');
    expect(text).toContain('OrgKeySet');
    const { position } = (await cli.json('key disable acme serpapi')) as { position: string };
    expect(await cli.json(`audit proof acme --position ${position}`)).toMatchObject({
      index: 4,
      event: { type: 'OrgKeyDisabled', position },
    });
    expect(await cli.text(`audit proof acme --heads ${file('heads')}`)).toContain(
      'The log of 5 events continues the saved head of 4.',
    );
  });

  it('does not verify against a head, or a key, of something else', async () => {
    const [saved] = await linesOf('heads');
    const other = JSON.stringify({ ...saved, head: { ...saved!.head, rootHash: 'ab'.repeat(32) } });
    await writeFile(file('other-heads'), `${other}\n`);
    const refused = await cli.run(`audit proof acme --heads ${file('other-heads')} --json`);
    expect([refused.code, errorIn(refused)['code']]).toEqual([NOT_VERIFIED, 'NOT_VERIFIED']);
    const saving = await cli.run(`audit heads acme --out ${file('other-heads')} --json`);
    expect(saving.code).toBe(NOT_VERIFIED);
    expect(await linesOf('other-heads')).toHaveLength(1);
  });

  it('goes on with its chain after kill -9 at any moment of signing', async () => {
    for (let round = 0; round < 5; round += 1) {
      const asked = cli.start('audit head acme');
      await cli.run(`key ${round % 2 === 0 ? 'enable' : 'disable'} acme serpapi`);
      const asking = cli.start('audit head acme');
      await keyward.kill9();
      await Promise.all([asked.ended(), asking.ended()]);
      await start();
      await cli.text(`audit heads acme --trust ${file('trusted.pem')} --out ${file('heads')}`);
    }
  }, 180_000);

  it('signs by itself, and finds by itself what was altered in the store file', async () => {
    const before = await headOf('acme');
    await keyward.stop();
    await start(OFTEN);
    await cli.text('org put acme --name Acme-Ltd --plan enterprise');
    for (;;) {
      const heads = (await cli.text('audit heads acme')).trimEnd().split('\n');
      if (heads.length > 0 && (JSON.parse(heads.at(-1)!) as Head).head.size > before.head.size) break;
    }
    await keyward.stop();
    const db = new Database(file('keyward.db'));
    db.prepare(
      `UPDATE events SET data = replace(data, '"actor":"cli:', '"actor":"cly:') WHERE type = 'OrgKeySet'`,
    ).run([]);
    db.close();
    await start(OFTEN);
    await keyward.prints('The event log contradicts what was signed or read before');
    const refused = await cli.run('audit head acme --json');
    expect([refused.code, errorIn(refused)['code']]).toEqual([NOT_VERIFIED, 'AUDIT_LOG_ALTERED']);
    const report = (await (await fetch(`${keyward.httpUrl}/health/ready`)).json()) as {
      ok: boolean;
      parts: { part: string; ok: boolean }[];
    };
    expect(report.parts.find(({ part }) => part === 'audit')).toMatchObject({ ok: false });
    expect(report.ok).toBe(true);
    const metrics = await (await fetch(`${keyward.httpUrl}/metrics`)).text();
    expect(metrics).toMatch(/^keyward_audit_contradictions 1$/m);
    expect((await headOf('--platform')).head.size).toBeGreaterThan(0);
  }, 180_000);

  it('says nothing of keys, and of the signing key nothing at all', async () => {
    const signingKey = (await readFile(file('audit-signing-key.pem'), 'utf8')).split('\n')[1]!;
    for (const text of [keyward.output(), cli.printed(), await readFile(file('heads'), 'utf8')]) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(signingKey);
    }
  });
});
