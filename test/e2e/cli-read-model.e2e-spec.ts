import { CommandLine, errorIn } from '../support/command.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../support/standalone.js';

const CANARY = 'sk-canary-0123456789-0123456789-7f2c';

describe('A platform admin at the keyward command, on embedded parts', () => {
  const data = temporaryDataDir();
  let keyward: RunningKeyward;
  let cli: CommandLine;

  beforeAll(async () => {
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
    await cli.text('org put acme --name Acme --plan enterprise');
    await cli.text('rollout include acme');
    await cli.text('project put acme website --name Website');
    await cli.text('key set acme serpapi', { input: CANARY });
  }, 180_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('is told when nothing was asked for', async () => {
    expect(await cli.text('rebuild --status')).toContain('Neither a rebuild nor a check');
    expect(await cli.json('check --status')).toEqual({ job: null });
  });

  it('has the read model built anew, compared and switched to', async () => {
    const text = await cli.text('rebuild --check whole');
    expect(text).toContain('The read model was built anew from 5 events, and is served.');
    expect(text).toContain('4 records were compared.');
    expect(await cli.text('effective acme website serpapi')).toContain('••••••••7f2c');
    await cli.text('key disable acme serpapi');
    expect(await cli.text('effective acme website serpapi')).toContain('switched off');
    expect(await cli.text('rebuild --status')).toContain('built anew');
  });

  it('has it compared with the event log', async () => {
    expect(await cli.text('check')).toMatch(/is what the event log says\.\n\n4 records were compared\./);
    expect(await cli.text('check --org acme --sample 2')).toContain(
      '2 records were compared, taken at random.',
    );
  });

  it('as a program gets one document a line, the last with the outcome', async () => {
    const { code, stdout } = await cli.run('check --json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatchObject({
      job: { kind: 'check', state: 'done', compared: 4, differences: [] },
    });
  });

  it('is told which option is wrong', async () => {
    for (const args of [
      'rebuild --check some',
      'check --sample 0',
      'check --org a~b',
      'rebuild --status --stop',
    ]) {
      const ran = await cli.run(`${args} --json`);
      expect({ args, code: ran.code, error: errorIn(ran) }).toMatchObject({
        code: 2,
        error: { code: 'USAGE' },
      });
    }
  });

  it('is the only one who may', async () => {
    const token = (await cli.text('token --subject olga --org acme=owner --ttl 1h')).trim();
    for (const args of ['rebuild', 'check', 'rebuild --status', 'check --stop'])
      expect(await cli.run(args, { env: { KEYWARD_TOKEN: token } })).toMatchObject({ code: 4 });
  });

  it('finds it whole after a kill in the middle of a rebuild', async () => {
    const rebuild = cli.start('rebuild');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await keyward.kill9();
    await rebuild.ended();
    keyward = await startKeyward(data.path);
    cli = new CommandLine(keyward.env);
    expect(await cli.text('check')).toContain('is what the event log says');
  });

  it('never sees a key', () => {
    expect(cli.printed()).not.toContain(CANARY);
  });
});
