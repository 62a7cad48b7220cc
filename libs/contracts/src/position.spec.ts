import fc from 'fast-check';
import { InvalidPositionError, comparePositions, decodePosition, encodePosition } from './position.js';

const STORE = 'b3f1c0de';
const place = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const position = fc.record({ commit: place, prepare: place });

describe('A position token', () => {
  it('comes back as the position it was made of', () => {
    fc.assert(
      fc.property(position, (given) => {
        expect(decodePosition(STORE, encodePosition(STORE, given))).toEqual(given);
      }),
    );
  });

  it('is refused by another log', () => {
    const token = encodePosition('another-log', { commit: 1n, prepare: 1n });
    expect(() => decodePosition(STORE, token)).toThrow(/another event log/);
  });

  it('is refused when any character of it was changed, or it was cut', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(position, fc.nat(), fc.constantFrom(...alphabet), (given, at, character) => {
        const token = encodePosition(STORE, given);
        const index = at % token.length;
        fc.pre(token[index] !== character);
        const changed = token.slice(0, index) + character + token.slice(index + 1);
        expect(() => decodePosition(STORE, changed)).toThrow(InvalidPositionError);
        expect(() => decodePosition(STORE, token.slice(0, index))).toThrow(InvalidPositionError);
      }),
    );
  });

  it.each(['', ' ', '!', 'AAAA', 'not a token', 'x'.repeat(10_000)])('is refused when it is %j', (token) => {
    expect(() => decodePosition(STORE, token)).toThrow(/exactly as it was received/);
  });
});

describe('Positions', () => {
  it('are ordered by commit, then by prepare', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        const expected = a.commit === b.commit ? a.prepare - b.prepare : a.commit - b.commit;
        expect(Math.sign(comparePositions(a, b))).toBe(expected > 0n ? 1 : expected < 0n ? -1 : 0);
      }),
    );
  });
});
