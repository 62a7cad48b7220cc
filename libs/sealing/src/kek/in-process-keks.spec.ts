import { randomBytes } from 'node:crypto';
import { failureOf, randomKeks, shapesOf } from '../testing/fixtures.js';
import { InProcessKeks } from './in-process-keks.js';

const DATA_KEY = randomBytes(32);
const PLACE = Buffer.from('a place');

describe('InProcessKeks', () => {
  it('unwraps what it wrapped, under the same associated data', async () => {
    const keks = randomKeks('kek-1');
    const { kekId, wrapped } = await keks.wrap(DATA_KEY, PLACE);
    expect(kekId).toBe('kek-1');
    expect((await keks.unwrap(kekId, wrapped, PLACE)).equals(DATA_KEY)).toBe(true);
    expect((await failureOf(() => keks.unwrap(kekId, wrapped, Buffer.from('b place')))).code).toBe(
      'TAMPERED',
    );
  });

  it('binds the id in: the same bytes under another id do not unwrap', async () => {
    const bytes = randomBytes(32);
    const twice = new InProcessKeks(
      [
        { id: 'kek-1', bytes },
        { id: 'kek-2', bytes },
      ],
      'kek-1',
      'the test',
    );
    const { wrapped } = await twice.wrap(DATA_KEY, PLACE);
    expect((await failureOf(() => twice.unwrap('kek-2', wrapped, PLACE))).code).toBe('TAMPERED');
  });

  it('tells a wrong key from a tampered record', async () => {
    const { wrapped } = await randomKeks('kek-1').wrap(DATA_KEY, PLACE);
    expect((await failureOf(() => randomKeks('kek-1').unwrap('kek-1', wrapped, PLACE))).code).toBe(
      'WRONG_KEK',
    );
  });

  it.each([0, 1, 43, 44, 75])('refuses wrapped bytes cut to %i', async (length) => {
    const keks = randomKeks('kek-1');
    const { wrapped } = await keks.wrap(DATA_KEY, PLACE);
    expect((await failureOf(() => keks.unwrap('kek-1', wrapped.subarray(0, length), PLACE))).code).toBe(
      'TAMPERED',
    );
  });

  it('has a check value that is the same for the same bytes only, and is not made of them', async () => {
    const bytes = randomBytes(32);
    const keks = (id: string) => new InProcessKeks([{ id, bytes }], id, 'the test');
    const value = await keks('kek-1').checkValue('kek-1');
    expect(await keks('kek-2').checkValue('kek-2')).toBe(value);
    expect(await randomKeks('kek-1').checkValue('kek-1')).not.toBe(value);
    for (const shape of shapesOf(bytes.subarray(0, 8))) expect(value).not.toContain(shape.slice(0, 8));
  });

  it('names an id that it does not have', async () => {
    const keks = randomKeks('kek-1');
    for (const action of [
      () => keks.checkValue('kek-2'),
      () => keks.unwrap('kek-2', Buffer.alloc(76), PLACE),
    ]) {
      expect(await failureOf(action)).toMatchObject({
        code: 'UNKNOWN_KEK',
        message: expect.stringContaining('"kek-2"'),
      });
    }
    expect([keks.has('kek-1'), keks.has('kek-2'), keks.has('constructor')]).toEqual([true, false, false]);
  });

  it('keeps a copy, so that the bytes it was given can be zeroed', async () => {
    const bytes = randomBytes(32);
    const keks = new InProcessKeks([{ id: 'kek-1', bytes }], 'kek-1', 'the test');
    const { wrapped } = await keks.wrap(DATA_KEY, PLACE);
    bytes.fill(0);
    expect((await keks.unwrap('kek-1', wrapped, PLACE)).equals(DATA_KEY)).toBe(true);
  });
});
