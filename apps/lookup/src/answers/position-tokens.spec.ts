import { decodePosition } from '@keyward/contracts';
import fc from 'fast-check';
import { PositionTokens } from './position-tokens.js';

describe('PositionTokens', () => {
  it('give the token of the very position asked for, in whatever order positions come', () => {
    const positions = fc.array(fc.record({ commit: fc.bigInt(0n, 3n), prepare: fc.bigInt(0n, 3n) }));
    fc.assert(
      fc.property(positions, (asked) => {
        const tokens = new PositionTokens('store');
        for (const position of asked)
          expect(decodePosition('store', tokens.tokenOf(position))).toEqual(position);
      }),
    );
  });
});
