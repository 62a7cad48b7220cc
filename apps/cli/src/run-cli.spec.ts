import type { Command } from 'commander';
import fc from 'fast-check';
import { EXIT, EXIT_CODE_MEANINGS } from './errors/exit-codes.js';
import { buildProgram } from './program.js';
import { runCli } from './run-cli.js';
import { RecordedOutput, fakeEnvironment } from './testing/fake-environment.js';
import { Printer } from './output/printer.js';

async function run(...argv: readonly string[]) {
  const environment = fakeEnvironment();
  const exitCode = await runCli(argv, environment);
  return { exitCode, stdout: environment.stdout.text, stderr: environment.stderr.text };
}

/** Every command's words, groups too: `[]`, `['org']`, `['org', 'put']`. */
function allCommands(): string[][] {
  const environment = fakeEnvironment();
  const below = (command: Command, words: string[]): string[][] => [
    words,
    ...command.commands.flatMap((child) => below(child, [...words, child.name()])),
  ];
  return below(buildProgram(environment, new Printer(environment, false)), []);
}

const COMMANDS = allCommands();
const CANARY = 'sk-canary-0123456789!';

describe('The command line', () => {
  it.each(COMMANDS.map((words) => [words.join(' ')]))(
    'shows help for "%s" on standard output',
    async (words) => {
      const { exitCode, stdout, stderr } = await run(...words.split(' ').filter(Boolean), '--help');
      expect(exitCode).toBe(EXIT.ok);
      expect(stdout).toContain(`Usage: keyward ${words}`.trim());
      expect(stdout).toContain('--json');
      expect(stderr).toBe('');
    },
  );

  it('explains every exit code in its help', async () => {
    const { stdout } = await run('--help');
    for (const [code, meaning] of EXIT_CODE_MEANINGS) expect(stdout).toContain(`${code}`.padEnd(5) + meaning);
  });

  it('says which options are required', async () => {
    expect((await run('org', 'put', '--help')).stdout).toMatch(/--name <name> .*\(required\)/);
    expect((await run('key', 'set', '--help')).stdout).not.toContain('(required)');
  });

  it('folds its help to a narrow terminal', async () => {
    const environment = fakeEnvironment({ stdout: new RecordedOutput(true, 60) });
    await runCli(['key', 'set', '--help'], environment);
    expect(Math.max(...environment.stdout.text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(
      60,
    );
  });

  it.each([[[]], [['org']], [['key']]])(
    'shows how on standard error when there is no command: %j',
    async (argv) => {
      const { exitCode, stdout, stderr } = await run(...argv);
      expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.usage, stdout: '' });
      expect(stderr).toContain('Usage: keyward');
    },
  );

  it.each<[string[], string]>([
    [['nonsense'], 'There is no such command.'],
    [['key', 'sett'], 'Did you mean set?'],
    [['status', '--jsn'], 'Did you mean --json?'],
    [['org', 'put'], "Required option '--name <name>' not specified."],
    [['org', 'put', '--name', 'A', '--plan', 'free'], "Missing required argument 'org'."],
    [
      ['org', 'put', 'acme', '--name', 'A', '--plan', 'gold'],
      '--plan must be one of free, team, enterprise.',
    ],
    [['watch', 'acme', '--after'], 'argument missing'],
    [['status', 'now'], 'There are more arguments than the command takes.'],
    [['rollout', 'set'], 'Nothing to change was given'],
    [
      ['rollout', 'set', '--percentage', '5', '--idempotency-key', 'a'],
      '--idempotency-key needs the whole rollout',
    ],
    [['key', 'list', 'acme', '--minimize-latency', '--at-least-as-fresh', 'p'], 'cannot be used with'],
    [['effective', 'a', 'b', 'c', '--at', 'p', '--minimize-latency'], 'cannot be used with'],
    [['key', 'set', 'acme', 'openai', '--kind', 'password'], '--kind must be one of'],
  ])('refuses %j', async (argv, sentence) => {
    const { exitCode, stdout, stderr } = await run(...argv);
    expect({ exitCode, stdout }).toEqual({ exitCode: EXIT.usage, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('(USAGE)');
  });

  it('says of a key among the arguments that it never belongs there', async () => {
    const { exitCode, stderr } = await run('key', 'set', 'acme', 'openai', CANARY);
    expect(exitCode).toBe(EXIT.usage);
    expect(stderr).toContain('A secret is never an argument');
    expect(stderr).not.toContain('canary');
  });

  it('repeats nothing of what was typed, wherever it stands', async () => {
    const word = fc.constantFrom(
      CANARY,
      `--${CANARY}`,
      `--name=${CANARY}`,
      '--name',
      '--at',
      'acme',
      '--json',
      '-x',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...COMMANDS),
        fc.array(word, { maxLength: 5 }),
        async (words, more) => {
          const { exitCode, stdout, stderr } = await run(...words, ...more, CANARY);
          expect(exitCode).not.toBe(EXIT.ok);
          expect(stdout + stderr).not.toContain('canary');
        },
      ),
    );
  });

  it('tells programs of an error as JSON, wherever --json stands', async () => {
    for (const argv of [
      ['--json', 'nonsense'],
      ['org', 'put', '--json'],
    ]) {
      const { stderr } = await run(...argv);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'USAGE', exitCode: EXIT.usage } });
    }
  });

  it('makes no token for a Keyward on another machine', async () => {
    const { exitCode, stderr } = await run('key', 'list', 'acme');
    expect(exitCode).toBe(EXIT.unauthenticated);
    expect(stderr).toContain('Keyward is on another machine');
  });

  it('says so when the answer cannot be written', async () => {
    const stdout = new RecordedOutput();
    stdout._write = (_chunk, _encoding, done) => done(Object.assign(new Error(), { code: 'ENOSPC' }));
    const environment = fakeEnvironment({ stdout });
    expect(await runCli(['--version'], environment)).toBe(EXIT.unexpected);
    expect(environment.stderr.text).toContain('the answer could not be written');
  });
});
