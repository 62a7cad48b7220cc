import { jest } from '@jest/globals';
import { Keyboard, RecordedOutput, failureOf } from '../testing/fake-environment.js';
import { promptOnTerminal } from './terminal-prompt.js';

const SECRET = 'sk-canary-0123456789';
const PASTE = (text: string) => `\u001b[200~${text}\u001b[201~`;

describe('The hidden prompt', () => {
  let keyboard: Keyboard;
  let screen: RecordedOutput;
  let interrupt: AbortController;

  beforeEach(() => {
    keyboard = new Keyboard();
    screen = new RecordedOutput(true);
    interrupt = new AbortController();
  });

  const ask = () =>
    promptOnTerminal('The key (hidden):', { input: keyboard, output: screen, signal: interrupt.signal });
  /** The pieces arrive one after the other, as from a slow terminal. */
  const typed = (...pieces: readonly string[]) => {
    const answer = ask();
    // The next test has another keyboard, and may begin before the last piece is through.
    const mine = keyboard;
    void (async () => {
      for (const piece of pieces) {
        mine.write(piece);
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    return answer;
  };

  it('takes what is typed up to Enter', async () => {
    expect(await typed('sk-', 'canary', '\r')).toBe('sk-canary');
  });

  it('lets a typing mistake be taken back', async () => {
    expect(await typed('sk-x\u007fcanary\r')).toBe('sk-canary');
  });

  it('shows the question and not how long the answer is', async () => {
    await typed('a\r');
    const short = screen.text;
    screen.text = '';
    keyboard = new Keyboard();
    await typed(SECRET, '\r');
    expect(screen.text).toBe(short);
    expect(short).toContain('The key (hidden): ');
  });

  it("has turned the terminal's echo off before it asks, and gives it back", async () => {
    const rawAtWrites: boolean[] = [];
    const write = screen.write.bind(screen);
    jest.spyOn(screen, 'write').mockImplementation((chunk: string) => {
      rawAtWrites.push(keyboard.isRaw);
      return write(chunk);
    });
    await typed('a\r');
    expect(rawAtWrites).toEqual([true, false]);
  });

  it('takes what is pasted', async () => {
    expect(await typed(PASTE(SECRET), '\r')).toBe(SECRET);
  });

  it('takes a paste with the line break at its end', async () => {
    expect(await typed(PASTE(`${SECRET}\r`))).toBe(SECRET);
  });

  it.each([
    [
      'a paste of two lines, however it arrives',
      ['\u001b[200~sk-canary\r', '0123', '456789\u001b[201~', '\r'],
    ],
    ['two lines from a terminal that does not mark pastes', ['sk-canary\r0123456789\r']],
    ['a line and a rest', ['sk-canary\r0123456789']],
  ])('refuses %s, and leaves nothing of it to the shell', async (_what, pieces) => {
    const failure = await failureOf(() => typed(...pieces));
    expect(failure).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(failure.message).toContain('More than one line');
    expect(`${failure.message} ${failure.remedy} ${screen.text}`).not.toMatch(/canary|0123/);
    expect(keyboard.read()).toBeNull();
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-C after some letters', 'sk-\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is left by %s', async (_what, keys) => {
    expect(await failureOf(() => typed(keys))).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });

  it('is left by a signal to the process', async () => {
    const failure = failureOf(() => typed('sk-'));
    interrupt.abort();
    expect(await failure).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });

  it('asks the terminal to mark pastes only while it asks', async () => {
    await typed('a\r');
    expect(screen.text.startsWith('\u001b[?2004h')).toBe(true);
    expect(screen.text.endsWith('\u001b[?2004l\n')).toBe(true);
  });
});
