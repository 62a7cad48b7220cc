import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../support/command.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';

describe('What Keyward refused', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;
  const printed: string[] = [];

  /** So that nothing is written before the stop. */
  const start = async () => {
    keyward = await startKeyward(data.path, { KEYWARD_REFUSALS_WINDOW: '1h' });
    cli = new CommandLine(keyward.env);
  };
  const stop = async () => {
    expect(await keyward.stop()).toBe(0);
    printed.push(keyward.output(), cli.printed());
  };
  const tokenOf = (...grants: string[]) => ({ KEYWARD_TOKEN: token(data.path, ...grants) });

  beforeAll(async () => {
    await start();
    for (const org of ['acme', 'globex']) await cli.text(`org put ${org} --name The-${org} --plan team`);
    await cli.text('project put acme website --name Website');
    for (let n = 0; n < 3; n++) await cli.run('key set acme openai', { input: CANARY });
    await cli.text('org put acme --name The-acme --plan enterprise');
    await cli.run('key set acme openai', { input: CANARY });
    await cli.text('rollout include acme');
    await cli.run('key set acme gmail --kind oauth2', { input: CANARY });
    const viewer = tokenOf('--subject', 'victor', '--project', 'acme/website=viewer');
    for (let n = 0; n < 2; n++)
      await cli.run('key set acme openai --project website', { input: CANARY, env: viewer });
    const stranger = tokenOf('--subject', 'gerd', '--org', 'globex=owner');
    for (const org of ['acme', 'nowhere'])
      await cli.run(`key set ${org} openai`, { input: CANARY, env: stranger });
    await stop();
    await start();
  }, 180_000);
  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('is in the history of the organization, with its count, also after an orderly stop', async () => {
    const { items } = (await cli.json('history acme --kind refused')) as {
      items: { actor: { subject: string; kind: string }; operation: string; code: string; count: number }[];
    };
    expect(items.map(({ actor, operation, code, count }) => [actor.kind, operation, code, count])).toEqual([
      ['organization_admin', 'setOrgKey', 'NOT_ENTITLED', 3],
      ['organization_admin', 'setOrgKey', 'NOT_ROLLED_OUT', 1],
      ['organization_admin', 'setOrgKey', 'CREDENTIAL_KIND_NOT_SHAREABLE', 1],
      ['project_viewer', 'setProjectKey', 'FORBIDDEN', 2],
    ]);
    const text = await cli.text('history acme --kind refused');
    expect(text).toMatch(/ refused: setOrgKey NOT_ENTITLED, 3 times +- +openai +- +- +-$/m);
    expect(text).toMatch(/ victor +refused: setProjectKey FORBIDDEN, 2 times +website +openai +- +- +-$/m);
  });

  it('is in no other organization’s', async () => {
    const stranger = tokenOf('--subject', 'gerd', '--org', 'globex=owner');
    const history = await cli.run('history globex --kind refused', { env: stranger });
    expect(history.stdout).toBe('Nothing of that kind has happened.\n');
    expect((await cli.run('history acme', { env: stranger })).code).toBe(4);
  });

  it('holds nothing of the keys that were sent', async () => {
    await stop();
    const all = readdirSync(data.path, { recursive: true, withFileTypes: true });
    const files = all
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    expect(Buffer.concat(files).includes('RequestRefused')).toBe(true);
    expect(Buffer.concat(files).includes('canary')).toBe(false);
    expect(printed.join('')).not.toContain('canary');
    await start();
  });
});
