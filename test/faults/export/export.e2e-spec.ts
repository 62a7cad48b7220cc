import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandLine, type RunningCommand } from '../../support/command.js';
import { freePort } from '../../support/free-port.js';
import { trustedKeyIn, untilIndexed, writeLongLog } from '../../support/long-log.js';
import { Random } from '../../support/random.js';
import { startKeyward, temporaryDataDir, type RunningKeyward } from '../../support/standalone.js';

const SEED = Number(process.env['KEYWARD_FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const EVENTS = 60_000;
const KILLS = 3;

describe(`An export under kill -9 (seed ${SEED})`, () => {
  const data = temporaryDataDir();
  const random = new Random(SEED);
  let env: Readonly<Record<string, string>>;
  let keyward: RunningKeyward;
  let cli: CommandLine;
  let trust: string;
  /** The events of an export that nothing disturbed. Heads are signed now and then, and the last one has the time in it. */
  const whole: Record<string, string> = {};
  let fellIntoWork = 0;

  beforeAll(async () => {
    await writeLongLog(data.path, EVENTS);
    env = { KEYWARD_HTTP_PORT: String(await freePort()) };
    await startAgain();
    trust = trustedKeyIn(data.path);
    for (const format of ['ndjson', 'csv']) {
      await cli.text(`export --org acme --format ${format} --out ${out(`whole.${format}`)}`);
      whole[format] = eventsIn(out(`whole.${format}`));
    }
  }, 600_000);
  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  const out = (name: string): string => join(data.path, name);
  const startAgain = async (): Promise<void> => {
    keyward = await startKeyward(data.path, env);
    cli = new CommandLine(keyward.env);
    await untilIndexed(cli);
  };
  const eventsIn = (path: string): string =>
    readFileSync(path, 'utf8')
      .split(/(?<=\n)/)
      .filter((line) => /^(\{"event"|\d+,)/.test(line))
      .join('');
  const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

  /** Waits until so much of the file is there; false when the command was quicker. */
  const untilWritten = async (path: string, bytes: number, command: RunningCommand): Promise<boolean> => {
    while (command.child.exitCode === null) {
      if (sizeOf(`${path}.part`) >= bytes) return true;
      await sleep(1);
    }
    return false;
  };
  /** Somewhere between what is there and the end. */
  const somewhere = (path: string, format: string): number => {
    const there = sizeOf(`${path}.part`);
    return there + random.between(1, Math.max(2, (whole[format]!.length - there) / 2));
  };
  const expectTheSame = async (path: string, format: string): Promise<void> => {
    // Compared as one boolean: what differs would fill the terminal.
    expect(eventsIn(path) === whole[format]).toBe(true);
    expect(existsSync(`${path}.part`)).toBe(false);
    if (format === 'csv') return;
    expect(await cli.json(`verify ${path} --trust ${trust}`)).toMatchObject({ ok: true, size: EVENTS });
  };

  it.each(['ndjson', 'csv'])(
    'of the command is gone on with, and ends in the same events to the last byte: %s',
    async (format) => {
      const path = out(`command.${format}`);
      for (let kill = 0; kill < KILLS; kill += 1) {
        const until = somewhere(path, format);
        const command = cli.start(`export --org acme --format ${format} --out ${path}`);
        if (!(await untilWritten(path, until, command))) break;
        command.child.kill('SIGKILL');
        await command.ended();
        fellIntoWork += 1;
        // As if the kill had come in the middle of a line.
        if (random.chance(0.5)) appendFileSync(`${path}.part`, format === 'csv' ? '9,"' : '{"event":{');
      }
      if (!existsSync(path)) await cli.text(`export --org acme --format ${format} --out ${path}`);
      await expectTheSame(path, format);
    },
    300_000,
  );

  it.each(['ndjson', 'csv'])(
    'of the server is waited out, and ends in the same events to the last byte: %s',
    async (format) => {
      const path = out(`server.${format}`);
      let command = cli.start(`export --org acme --format ${format} --out ${path}`);
      for (let kill = 0; kill < KILLS; kill += 1) {
        if (!(await untilWritten(path, somewhere(path, format), command))) break;
        await keyward.kill9();
        fellIntoWork += 1;
        await startAgain();
        // It has a limit to its patience, and a slow machine may need longer to start.
        if (command.child.exitCode) command = cli.start(`export --org acme --format ${format} --out ${path}`);
      }
      expect((await command.ended()).code).toBe(0);
      await expectTheSame(path, format);
    },
    300_000,
  );

  it('by Ctrl-C keeps what is there, and says how to go on', async () => {
    const path = out('interrupted.ndjson');
    const command = cli.start(`export --org acme --out ${path}`);
    const isThere = await untilWritten(path, somewhere(path, 'ndjson'), command);
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended();
    if (isThere && code !== 0) {
      expect(code).toBe(130);
      expect(stderr).toContain('Run the same command again: it goes on where it stopped.');
      const there = sizeOf(`${path}.part`);
      const answer = (await cli.json(`export --org acme --out ${path}`)) as { goneOnAfter: number };
      if (there > 100_000) expect(answer.goneOnAfter).toBeGreaterThan(0);
    }
    await expectTheSame(path, 'ndjson');
  }, 300_000);

  it('fell into the work', () => {
    process.stderr.write(`exports under kill -9, seed ${SEED}: ${fellIntoWork} kills fell into the work\n`);
    expect(fellIntoWork).toBeGreaterThan(0);
  });
});
