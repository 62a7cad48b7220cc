import { existsSync, readFileSync } from 'node:fs';
import { CommandLine, bash } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';
const ANTHROPIC_CANARY = 'sk-ant-canary-0123456789-0123456789';
const OTHER_CANARY = 'sk-canary-abcdefghij-abcdefghij-9d3e';

describe('The keyward command', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;

  beforeAll(async () => {
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
  }, 90_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await cli.run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  describe('token', () => {
    it('prints a token with the roles that were asked for, and nothing else', async () => {
      const { code, stdout, stderr } = await cli.run(
        'token --subject alice --org acme=admin --project acme/website=editor --platform-admin --worker acme/website --ttl 1h',
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      const claims = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString()) as {
        sub: string;
        iat: number;
        exp: number;
        keyward: unknown;
      };
      expect(claims.sub).toBe('alice');
      expect(claims.exp - claims.iat).toBe(3_600);
      expect(claims.keyward).toEqual({
        platform_admin: true,
        organizations: { acme: 'admin' },
        projects: { 'acme/website': 'editor' },
        worker: { organization: 'acme', projects: ['website'] },
      });
    });

    it('makes no key for itself in a folder that is no data folder', async () => {
      const other = temporaryDataDir();
      const ran = await cli.run(`token --subject alice --data ${other.path}/typo`);
      expect(ran).toMatchObject({ code: 3, stdout: '' });
      expect(ran.stderr).toContain(`${other.path}/typo/issuer.jwk`);
      expect(existsSync(`${other.path}/typo`)).toBe(false);
      other.dispose();
    });
  });

  describe('a platform admin', () => {
    it('registers organizations and projects', async () => {
      expect(await cli.text('org put acme --name Acme --plan enterprise')).toBe(
        'Organization acme (Acme) is on the enterprise plan.\n',
      );
      expect(await cli.text('org put acme --name Acme --plan enterprise --if-match 1')).toContain(
        'Nothing changed',
      );
      expect(await cli.json('org put free --name Free --plan free')).toMatchObject({
        organizationId: 'free',
        plan: 'free',
        changed: true,
        position: expect.any(String),
      });
      expect(await cli.text('project put acme website --name Website')).toBe(
        'Project acme/website (Website) is registered.\n',
      );
      expect(await cli.json('project put acme old --name Old')).toMatchObject({
        projectId: 'old',
        archived: false,
      });
      expect(await cli.text('project archive acme old')).toBe('Project acme/old (Old) is archived.\n');
    });

    it('says of a token that was made for one command who it stands for', async () => {
      const { stderr } = await cli.run('org put acme --name Acme --plan enterprise');
      expect(stderr).toMatch(/No token given: made one .* for cli:\S+, platform admin\./);
    });

    it('steers the rollout, a list entry at a time or as a whole', async () => {
      await cli.text('rollout set --percentage 0 --include acme,globex');
      expect(await cli.json('rollout include free')).toMatchObject({ include: ['acme', 'free', 'globex'] });
      expect(await cli.json('rollout exclude globex initech')).toMatchObject({
        include: ['acme', 'free'],
        exclude: ['globex', 'initech'],
      });
      expect(await cli.json('rollout unlist globex')).toMatchObject({ percentage: 0, exclude: ['initech'] });
      expect(await cli.json('rollout set --percentage 12.5')).toMatchObject({
        percentage: 12.5,
        include: ['acme', 'free'],
        exclude: ['initech'],
      });
      expect(await cli.text('rollout set --exclude ')).toContain('exclude     -');
      const shown = await cli.text('rollout show');
      expect(shown).toMatch(/^percentage {2}12.5\ninclude {5}acme, free\nexclude {5}-\nversion {5}\d+\n$/);
      expect(await cli.text('rollout unlist nobody')).toContain('Nothing changed');
    });

    it('repeats a whole rollout under one idempotency key, and gets one change', async () => {
      const whole = 'rollout set --percentage 0 --include acme,free --exclude initech --idempotency-key tour';
      const first = await cli.json(whole);
      await cli.text('rollout set --percentage 1');
      expect(await cli.json(whole)).toEqual(first);
      expect(await cli.json('rollout show')).toMatchObject({ percentage: 1 });
    });
  });

  describe('an admin of an organization', () => {
    it.each([
      ['without a line break', CANARY, 1, true],
      ['with the line break of echo', `${CANARY}\n`, 1, false],
      ['with the line break of Windows', `${CANARY}\r\n`, 1, false],
    ])('sets a key from standard input, %s', async (_how, input, version, changed) => {
      expect(await cli.json('key set acme openai --reason first', { input })).toEqual({
        keyId: expect.any(String),
        version,
        mask: '••••••••7f2c',
        fingerprint: expect.any(String),
        enabled: true,
        position: expect.any(String),
        changed,
      });
    });

    it('sets another for one project, and sees in the listings who has which', async () => {
      const set = await cli.text('key set acme openai --project website', { input: OTHER_CANARY });
      expect(set).toBe('Set the key of acme/website for openai: ••••••••9d3e, version 1.\n');
      const [head, row, others] = (await cli.text('key list acme')).split('\n');
      expect(head).toMatch(/^integration +state +key +version +set by +set at +last given +overrides$/);
      expect(row).toMatch(/^openai +on +••••••••7f2c +1 +cli:\S+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +- +1$/);
      expect(others).toMatch(/^\d+ integrations have no key; --all lists them\.$/);
      expect(await cli.text('key list acme --project website')).toMatch(
        /^openai +project +••••••••9d3e +1 /m,
      );
      expect(await cli.text('key list acme --all')).toMatch(/^slack +not set +- +- +- +- +- +-$/m);
      expect(await cli.json('key list acme')).toMatchObject({
        items: expect.arrayContaining([
          expect.objectContaining({ id: 'openai', state: 'enabled', overridingProjects: 1 }),
        ]),
      });
    });

    it('is told which key a project uses, and why not another', async () => {
      const answer = await cli.text('effective acme website openai');
      expect(answer).toContain(
        'acme/website uses its own key for openai: ••••••••9d3e, version 1, set by cli:',
      );
      expect(answer).toMatch(/^organization +overridden +••••••••7f2c +1 /m);
      const removed = await cli.json('key remove acme openai --project website');
      const read = `effective acme website openai --at-least-as-fresh ${String(removed['position'])}`;
      expect(await cli.json(read)).toMatchObject({
        outcome: 'found',
        source: 'organization',
        key: { version: 1 },
      });
      expect(await cli.text('effective acme website openai --minimize-latency')).toContain('acme/website');
    });

    it('is told which key it was at an earlier position', async () => {
      const { position } = await cli.json('effective acme website openai');
      await cli.text('key set acme openai', { input: OTHER_CANARY });
      expect(await cli.text(`effective acme website openai --at ${String(position)}`)).toContain(
        "acme/website (then) uses the organization's key for openai: ••••••••7f2c, version 1",
      );
    });

    it('switches the key off and on, and removes it', async () => {
      expect(await cli.text('key disable acme openai --reason leaked')).toBe(
        'Switched off the key of acme for openai (version 2).\n',
      );
      expect(await cli.text('effective acme website openai')).toContain("the organization's is switched off");
      expect(await cli.text('key set acme openai', { input: OTHER_CANARY })).toContain(
        'It is switched off: keyward key enable acme openai',
      );
      expect(await cli.text('key enable acme openai --if-match 2')).toContain('Switched on');
      expect(await cli.text('key remove acme openai --idempotency-key bye')).toContain('Removed');
      expect(await cli.text('key remove acme openai --idempotency-key bye')).toContain('Removed');
      expect(await cli.text('effective acme website openai')).toContain('has no key for openai: none is set');
      expect(await cli.text('key list acme')).toContain('No key is set.');
    });

    it('may give a service account where a personal grant cannot be shared', async () => {
      const refused = await cli.run('key set acme gmail', { input: CANARY });
      expect(refused).toMatchObject({ code: 7, stdout: '' });
      expect(refused.stderr).toContain('Give the kind with --kind service_account.');
      const { version } = await cli.json('key set acme gmail --kind service_account', { input: CANARY });
      expect(version).toBe(1);
    });
  });

  it('lists the catalogue', async () => {
    expect(await cli.text('integrations')).toMatch(/^gmail +Gmail +Google +service_account +oauth2$/m);
    const { items } = await cli.json('integrations');
    expect((items as unknown[]).length).toBeGreaterThanOrEqual(40);
  });

  it('tells that Keyward is ready, without a token', async () => {
    const { code, stdout, stderr } = await cli.run('status', { env: { KEYWARD_DATA_DIR: '/nowhere' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Keyward at ${keyward.httpUrl} is ready.`);
    expect(await cli.json('status')).toMatchObject({ ok: true, parts: expect.any(Array) });
  });

  describe('watch', () => {
    const documents = (lines: readonly string[]) =>
      lines.map((line) => JSON.parse(line) as Record<string, unknown>);

    it('tells programs of each change, resumes after a position, and ends with 0 at Ctrl-C', async () => {
      const first = cli.start('watch acme --json');
      await first.says('"heartbeat"');
      const { position } = await cli.json('key set acme anthropic', { input: ANTHROPIC_CANARY });
      await first.says('"change"');
      first.child.kill('SIGINT');
      expect((await first.ended()).code).toBe(0);
      const [heartbeat, ...more] = documents(first.lines());
      const change = more.find(({ event }) => event === 'change');
      expect(change).toEqual({
        event: 'change',
        changesThrough: position,
        organizationId: 'acme',
        projectId: null,
        integrationId: 'anthropic',
        kind: 'set',
        version: 1,
        keyId: expect.any(String),
        affectedProjectIds: [],
        position,
      });
      const second = cli.start(
        `watch acme --json --integration anthropic --after ${String(heartbeat!['changesThrough'])}`,
      );
      await second.says('"change"');
      second.child.kill('SIGINT');
      expect((await second.ended()).code).toBe(0);
      expect(documents(second.lines()).find(({ event }) => event === 'change')).toEqual(change);
    });

    it('tells people of each change in a line', async () => {
      const watch = cli.start('watch acme --project website');
      await watch.says('Watching acme.');
      await cli.text('key disable acme anthropic');
      await watch.says('disabled');
      watch.child.kill('SIGINT');
      const { code, stdout } = await watch.ended();
      expect(code).toBe(0);
      expect(stdout).toMatch(/^\d\d:\d\d:\d\d disabled {2}acme anthropic version 1 {2}concerns website\n$/);
    });
  });

  describe('in a pipe', () => {
    it('ends well when its reader has seen enough', async () => {
      const ran = await bash('keyward integrations | head -1', cli.env).ended();
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^id .*\n$/) });
      expect(ran.stderr).not.toMatch(/EPIPE|Error/);
    });

    it('ends a watch when its reader has seen enough', async () => {
      const ran = await bash('keyward watch acme --json | head -1', cli.env).ended();
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\{"event":"heartbeat".*\n$/) });
      expect(ran.stderr).not.toMatch(/EPIPE|Error/);
    });

    it('holds its exit code', async () => {
      const { code } = await bash('keyward status --url http://127.0.0.1:1 | cat', cli.env).ended();
      expect(code).toBe(9);
    });
  });

  it('ends a watch with 9 when Keyward stops, and says how to go on', async () => {
    const watch = cli.start('watch acme');
    await watch.says('Watching acme.');
    await keyward.stop();
    const { code, stderr } = await watch.ended();
    expect(code).toBe(9);
    expect(stderr).toMatch(/\(UNAVAILABLE\)|\(UNREACHABLE\)/);
    expect((await cli.run('status')).code).toBe(9);
  });

  it('never printed a key', () => {
    expect(cli.printed()).toContain('Set the key of acme');
    expect(cli.printed()).not.toContain('canary');
  });
});
