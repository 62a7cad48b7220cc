import { usageError } from '../errors/cli-error.js';
import { RecordedOutput, fakeEnvironment } from '../testing/fake-environment.js';
import { Printer } from './printer.js';

const SECRET = 'sk-canary "0123456789"/+é';

describe('The printer', () => {
  it('gives people a text and programs the document', () => {
    const environment = fakeEnvironment();
    new Printer(environment, false).answer({ version: 1 }, () => 'Version 1.');
    new Printer(environment, true).answer({ version: 1 }, () => 'Version 1.');
    expect(environment.stdout.text).toBe('Version 1.\n{\n  "version": 1\n}\n');
  });

  it('gives programs one document a line where there are many answers and notes', () => {
    const environment = fakeEnvironment();
    const printer = new Printer(environment, true);
    printer.event({ event: 'heartbeat' }, () => undefined);
    printer.event({ event: 'change' }, () => 'changed');
    printer.note('A note.');
    printer.failure(usageError('It is wrong.', 'Do it right.'));
    expect(environment.stdout.text).toBe('{"event":"heartbeat"}\n{"event":"change"}\n');
    expect(
      environment.stderr.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { note: 'A note.' },
      { error: { code: 'USAGE', detail: 'It is wrong.', exitCode: 2, remedy: 'Do it right.' } },
    ]);
  });

  it('keeps all but answers off standard output', () => {
    const environment = fakeEnvironment();
    const printer = new Printer(environment, false);
    printer.event({ event: 'heartbeat' }, () => undefined);
    printer.note('A note.');
    printer.failure(usageError('It is wrong.'));
    expect(environment.stdout.text).toBe('');
    expect(environment.stderr.text).toBe('keyward: A note.\nkeyward: It is wrong. (USAGE)\n');
  });

  it('prints a hidden text nowhere, in no form that text is sent in', () => {
    const environment = fakeEnvironment();
    for (const json of [false, true]) {
      const printer = new Printer(environment, json);
      printer.hide(SECRET);
      printer.answer({ echo: SECRET, url: encodeURIComponent(SECRET) }, () => `You sent ${SECRET}.`);
      printer.note(SECRET);
      printer.failure(usageError(`Not ${SECRET}.`, encodeURIComponent(SECRET)));
    }
    const all = environment.stdout.text + environment.stderr.text;
    expect(all).not.toContain('canary');
    expect(all).toContain('You sent [secret].');
  });

  it('paints on a terminal only, and not where NO_COLOR asks for none', () => {
    const said = (isTTY: boolean, env: Record<string, string>) => {
      const environment = fakeEnvironment({ env, stdout: new RecordedOutput(isTTY) });
      new Printer(environment, false).answer({}, (style) => style.paint('green', 'ready'));
      return environment.stdout.text;
    };
    expect(said(true, {})).toBe('\u001b[32mready\u001b[39m\n');
    expect(said(true, { NO_COLOR: '1' })).toBe('ready\n');
    expect(said(true, { TERM: 'dumb' })).toBe('ready\n');
    expect(said(false, {})).toBe('ready\n');
  });

  it.each([
    ['EPIPE', true],
    ['ENOSPC', false],
  ])('knows whether the answer was written: %s', async (code, written) => {
    const stdout = new RecordedOutput();
    stdout._write = (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code }));
    const printer = new Printer(fakeEnvironment({ stdout }), false);
    printer.out('answer');
    expect(await printer.written()).toBe(written);
  });
});
