import { randomBytes } from 'node:crypto';
import { failureOf, shapesOf } from '../testing/fixtures.js';
import { keksFromEnvironment } from './environment-keks.js';

const [FIRST, SECOND] = [randomBytes(32), randomBytes(32)];
const base64 = (bytes: Buffer): string => bytes.toString('base64');

describe('keksFromEnvironment', () => {
  it('wraps with the first key and unwraps with all', async () => {
    const old = keksFromEnvironment(`kek-1:${base64(FIRST)}`);
    const keks = keksFromEnvironment(` kek-2:${base64(SECOND)} , kek-1:${base64(FIRST)},`);
    expect([keks.currentId(), keks.has('kek-1'), keks.has('kek-2')]).toEqual(['kek-2', true, true]);
    const { wrapped } = await old.wrap(Buffer.alloc(32, 9), Buffer.alloc(0));
    expect((await keks.unwrap('kek-1', wrapped, Buffer.alloc(0))).equals(Buffer.alloc(32, 9))).toBe(true);
  });

  it('takes base64 without padding too', async () => {
    const keks = keksFromEnvironment(`kek-1:${base64(FIRST).replace('=', '')}`);
    expect(await keks.checkValue('kek-1')).toBe(
      await keksFromEnvironment(`kek-1:${base64(FIRST)}`).checkValue('kek-1'),
    );
  });

  it.each([
    ['an empty value', '', 'KEYWARD_KEK is empty'],
    ['only commas', ' , ,', 'KEYWARD_KEK is empty'],
    ['a key without an id', base64(FIRST), 'not id:base64'],
    ['an id that breaks the rule', `kek 1:${base64(FIRST)}`, 'not id:base64'],
    ['a key that is too short', `kek-1:${base64(FIRST.subarray(1))}`, '"kek-1" with 31 bytes'],
    ['a key that is too long', `kek-1:${base64(Buffer.concat([FIRST, SECOND]))}`, '"kek-1" with 64 bytes'],
    ['a key in hex', `kek-1:${FIRST.toString('hex')}`, '"kek-1"'],
    [
      'a key with a stray character',
      `kek-1:${base64(FIRST).slice(0, -2)}!=`,
      '"kek-1" in another form than base64',
    ],
    ['no key', 'kek-1:', '"kek-1" with 0 bytes'],
    ['an id twice', `kek-1:${base64(FIRST)},kek-1:${base64(SECOND)}`, '"kek-1" twice'],
  ])('refuses %s without repeating it', async (_what, value, sentence) => {
    const failure = await failureOf(() => keksFromEnvironment(value));
    expect(failure).toMatchObject({ code: 'INVALID_KEK', message: expect.stringContaining(sentence) });
    expect(failure.message).toContain('KEYWARD_KEK');
    for (const shape of [...shapesOf(FIRST), ...shapesOf(FIRST.subarray(1))]) {
      expect(failure.message).not.toContain(shape.slice(0, 16));
    }
  });
});
