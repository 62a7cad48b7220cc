import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine, errorIn, start } from '../support/command.js';
import { trustedKeyIn, untilIndexed, writeLongLog } from '../support/long-log.js';
import { mostResident, residentBytes } from '../support/process-memory.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';
const MIB = 1024 * 1024;

describe('The export of an audit log', () => {
  const data = temporaryDataDir();
  const out = (name: string) => join(data.path, name);
  let keyward: RunningKeyward;
  let cli: CommandLine;
  let trust: string;

  beforeAll(async () => {
    await writeLongLog(data.path, 2_000);
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
    trust = trustedKeyIn(data.path);
    await cli.text('org put acme --name The-acme --plan enterprise');
    await cli.text('rollout include acme');
    await cli.text('key set acme openai', { input: CANARY });
  }, 120_000);
  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('is verified, by both verifiers', async () => {
    const exported = await cli.text(`export --org acme --out ${out('acme.ndjson')}`);
    expect(exported).toMatch(
      /^Exported 2,003 events of acme to \S+acme\.ndjson\.\nTo verify it: keyward verify /,
    );
    expect(statSync(out('acme.ndjson')).mode & 0o777).toBe(0o600);
    expect(existsSync(out('acme.ndjson.part'))).toBe(false);
    expect(await cli.json(`verify ${out('acme.ndjson')} --trust ${trust}`)).toMatchObject({
      ok: true,
      size: 2_003,
    });
    const python = start('python3', ['examples/verify_export.py', out('acme.ndjson'), trust]);
    expect(await python.ended()).toMatchObject({ code: 0 });
    expect(readFileSync(out('acme.ndjson'), 'utf8')).not.toContain('canary');
  });

  it('is there for spreadsheets too, with no cell that one would compute', async () => {
    await cli.text(`export --org acme --format csv --out ${out('acme.csv')}`);
    const text = readFileSync(out('acme.csv'), 'utf8');
    expect(text).toMatch(/^index,occurred_at,recorded_at,actor,actor_kind,type,/);
    expect(text).toContain(`"'=somebody ""1"""`);
    expect(text).not.toMatch(/(^|,)"?=somebody/m);
    expect(text).not.toContain('canary');
  });

  it('is there of the platform, for whoever runs it', async () => {
    const answer = await cli.json(`export --platform --out ${out('platform.ndjson')}`);
    expect(answer).toMatchObject({ organizationId: null, events: 1, goneOnAfter: 0 });
    expect(await cli.json(`verify ${out('platform.ndjson')} --trust ${trust}`)).toMatchObject({ ok: true });
  });

  it('is nobody else’s', async () => {
    const env = { KEYWARD_TOKEN: token(data.path, '--subject', 'gerd', '--org', 'globex=owner') };
    for (const whose of ['--org acme', '--org nowhere', '--platform']) {
      const ran = await cli.run(`export ${whose} --out ${out('stolen')}`, { env });
      expect(ran).toMatchObject({ code: 4, stdout: '' });
    }
    expect(existsSync(out('stolen'))).toBe(false);
  });

  it.each([
    ['whose log', () => `--out ${out('x')}`, /Give either --org or --platform/],
    ['of one log', () => `--org acme --platform --out ${out('x')}`, /Give either --org or --platform/],
    ['a format', () => `--org acme --format xml --out ${out('x')}`, /--format must be one of ndjson, csv/],
    ['a file that is not there yet', () => `--org acme --out ${trust}`, /is there already/],
  ])('wants to be told %s', async (_what, args, sentence) => {
    const ran = await cli.run(`export ${args()} --json`);
    expect(ran.code).toBe(2);
    expect((errorIn(ran) as { detail: string }).detail).toMatch(sentence);
  });

  it('does not go on with what is of another log', async () => {
    const env = { KEYWARD_TOKEN: token(data.path, '--subject', 'gerd', '--org', 'globex=owner') };
    await cli.text(`export --org globex --out ${out('globex.ndjson')}`, { env });
    writeFileSync(out('mixed.ndjson.part'), readFileSync(out('globex.ndjson')));
    const ran = await cli.run(`export --org acme --out ${out('mixed.ndjson')}`);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('mixed.ndjson.part is not the beginning of this log');
    expect(existsSync(out('mixed.ndjson'))).toBe(false);
  });

  it('shows no progress where nobody watches', () => {
    expect(cli.printed()).not.toMatch(/\[=|\r/);
    expect(cli.printed()).not.toContain('canary');
  });
});

describe('A long export', () => {
  const EVENTS = 200_000;

  it('is made and written in memory that does not grow with it', async () => {
    const data = temporaryDataDir();
    await writeLongLog(data.path, EVENTS);
    const keyward = await startKeyward(data.path);
    try {
      const cli = new CommandLine(keyward.env);
      await untilIndexed(cli);
      const out = join(data.path, 'acme.ndjson');
      const before = residentBytes(keyward.pid);
      const command = cli.start(`export --org acme --out ${out} --json`);
      const ended = command.ended();
      const [ofServer, ofCommand, ran] = await Promise.all([
        mostResident(keyward.pid, ended),
        mostResident(command.child.pid!, ended),
        ended,
      ]);
      expect(JSON.parse(ran.stdout)).toMatchObject({ events: EVENTS });
      const { size } = statSync(out);
      const figures = { size, server: ofServer - before, command: ofCommand };
      const inMib = Object.entries(figures).map(([name, bytes]) => `${name} ${Math.round(bytes / MIB)} MiB`);
      process.stderr.write(`export of ${EVENTS} events: ${inMib.join(', ')}\n`);
      expect(size).toBeGreaterThan(130 * MIB);
      // What a heap takes before it is collected, and no more.
      expect(ofServer - before).toBeLessThan(100 * MIB);
      expect(ofCommand).toBeLessThan(200 * MIB);
      expect(await cli.json(`verify ${out} --trust ${trustedKeyIn(data.path)}`)).toMatchObject({ ok: true });
    } finally {
      await keyward.stop();
      data.dispose();
    }
  }, 600_000);
});
