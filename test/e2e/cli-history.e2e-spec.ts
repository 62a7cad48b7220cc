import { CommandLine } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';
const OTHER_CANARY = 'sk-canary-abcdefghij-abcdefghij-9d3e';

describe('An auditor at the keyward command', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;

  beforeAll(async () => {
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
    await cli.text('org put acme --name Acme --plan enterprise');
    await cli.text('rollout include acme');
    for (const id of ['website', 'mobile', 'old']) await cli.text(`project put acme ${id} --name The-${id}`);
    await cli.text('project archive acme old');
  }, 180_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('sees which projects use the key, and which do not', async () => {
    await cli.text('key set acme serpapi', { input: CANARY });
    await cli.text('key set acme serpapi --project mobile', { input: OTHER_CANARY });
    const usage = await cli.text('usage acme serpapi');
    expect(usage).toContain('The key of acme for serpapi, ••••••••7f2c, version 1, is used by 1 project.');
    expect(usage).toMatch(/^website +The-website +organization +••••••••7f2c +1$/m);
    expect(usage).toMatch(/^mobile +The-mobile +its own +••••••••9d3e +1$/m);
    expect(await cli.json('usage acme serpapi')).toMatchObject({
      using: [{ projectId: 'website' }],
      without: [],
    });
    await cli.text('key disable acme serpapi --reason leaked');
    expect(await cli.text('usage acme serpapi')).toContain('is switched off.');
  });

  it('reads what happened, the newest last, as much as asked for', async () => {
    const history = await cli.text('history acme --integration serpapi');
    expect(history.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      'time who what project integration key version why',
      expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d cli:\S+ set - serpapi ••••••••7f2c 1 -$/),
      expect.stringMatching(/ set mobile serpapi ••••••••9d3e 1 -$/),
      expect.stringMatching(/ disabled - serpapi ••••••••7f2c 1 leaked$/),
      '',
    ]);
    const { items: all } = (await cli.json('history acme --limit 100000')) as {
      items: { kind: string; position: string }[];
    };
    expect(all.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'organization_registered',
        'rollout_changed',
        'project_archived',
        'set',
        'disabled',
      ]),
    );
    expect(await cli.json('history acme --limit 3')).toMatchObject({ items: all.slice(-3) });
    expect(await cli.json(`history acme --limit 3 --after ${all[1]!.position}`)).toMatchObject({
      items: all.slice(2, 5),
      next: all[4]!.position,
    });
    expect(await cli.text('history acme --kind disabled --project website')).toBe(
      'Nothing of that kind has happened.\n',
    );
  });

  it('follows what happens, one a line, and ends with 0 at Ctrl-C', async () => {
    const follow = cli.start('history acme --follow --json --limit 1');
    await follow.says('"disabled"');
    await cli.text('key enable acme serpapi');
    await follow.says('"enabled"');
    follow.child.kill('SIGINT');
    expect((await follow.ended()).code).toBe(0);
    expect(follow.lines().map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual([
      'disabled',
      'enabled',
    ]);
  });

  it('is told of a moment before there was anything that it was too early', async () => {
    const early = await cli.run('effective acme website serpapi --at 2001-01-01T00:00:00Z');
    expect(early).toMatchObject({ code: 5, stderr: expect.stringContaining('Ask for a later moment') });
  });

  it('never saw a key', () => {
    expect(cli.printed()).toContain('••••••••7f2c');
    expect(cli.printed()).not.toContain('canary');
  });
});
