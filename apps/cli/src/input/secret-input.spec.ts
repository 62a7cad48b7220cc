import { Readable } from 'node:stream';
import { failureOf, fakeEnvironment } from '../testing/fake-environment.js';
import { readSecret } from './secret-input.js';

const SECRET = 'sk-canary-0123456789-0123456789';

describe('A secret from standard input', () => {
  const read = (input: Buffer | string) => readSecret(fakeEnvironment({ input }), 'Key:');

  it.each([
    ['as it is', SECRET, SECRET],
    ['without the line break that echo adds', `${SECRET}\n`, SECRET],
    ['without the line break of Windows', `${SECRET}\r\n`, SECRET],
    ['with all but the last line break, which the server refuses', `${SECRET}\n\n`, `${SECRET}\n`],
    ['with its lines, which the server refuses', `${SECRET}\nmore\n`, `${SECRET}\nmore`],
    ['with blanks around it, which the server refuses', `  ${SECRET} \n`, `  ${SECRET} `],
    ['with a byte order mark, which the server refuses', `\uFEFF${SECRET}\n`, `\uFEFF${SECRET}`],
    ['in any script', 'ключ-秘密\n', 'ключ-秘密'],
  ])('is taken %s', async (_how, input, secret) => {
    expect(await read(input)).toBe(secret);
  });

  it('is put together from pieces that cut a character', async () => {
    const bytes = Buffer.from('ключ\n');
    const stdin = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)]);
    expect(await readSecret(fakeEnvironment({ stdin }), 'Key:')).toBe('ключ');
  });

  it.each([
    ['nothing', '', 'No key was given.'],
    ['an empty line', '\n', 'No key was given.'],
    ['what is no text', Buffer.concat([Buffer.from(SECRET), Buffer.from([0xff, 0xfe])]), 'no UTF-8 text'],
    ['more than any key has', SECRET.repeat(3_000), 'too long'],
  ])('is refused when it is %s, and not repeated', async (_what, input, sentence) => {
    const failure = await failureOf(() => read(input));
    expect(failure).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(failure.message).toContain(sentence);
    expect(`${failure.message} ${failure.remedy ?? ''}`).not.toContain('canary');
  });

  it('is no longer waited for after an interruption', async () => {
    const interrupt = new AbortController();
    const stdin = new Readable({ read: () => undefined });
    const failure = failureOf(() =>
      readSecret(fakeEnvironment({ stdin, interrupted: interrupt.signal }), 'Key:'),
    );
    stdin.push('sk-half');
    interrupt.abort();
    expect(await failure).toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });

  it('is asked for on a terminal, and nothing is read from it besides', async () => {
    const stdin = Object.assign(new Readable({ read: () => undefined }), { isTTY: true });
    const environment = fakeEnvironment({ stdin, promptSecret: async (question) => `${question} answered` });
    expect(await readSecret(environment, 'Key:')).toBe('Key: answered');
  });
});
