import { ERROR_CODES, type ErrorCode } from '@keyward/contracts';
import { EXIT, EXIT_CODE_MEANINGS, exitCodeOf } from './exit-codes.js';

describe('The exit codes', () => {
  it('are these numbers for ever, as scripts depend on them', () => {
    expect(EXIT).toEqual({
      ok: 0,
      unexpected: 1,
      usage: 2,
      unauthenticated: 3,
      forbidden: 4,
      notFound: 5,
      conflict: 6,
      refusedValue: 7,
      rateLimited: 8,
      unavailable: 9,
      notVerified: 10,
      differs: 11,
      interrupted: 130,
    });
  });

  it('are each explained, once', () => {
    expect(EXIT_CODE_MEANINGS.map(([code]) => code)).toEqual(Object.values(EXIT));
  });

  it.each<[number, number]>([
    [401, EXIT.unauthenticated],
    [403, EXIT.forbidden],
    [404, EXIT.notFound],
    [412, EXIT.conflict],
    [429, EXIT.rateLimited],
    [500, EXIT.unexpected],
    [503, EXIT.unavailable],
  ])('are alike for all codes of HTTP status %i', (status, exitCode) => {
    const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(
      (code) => ERROR_CODES[code].http === status,
    );
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect({ code, exitCode: exitCodeOf(code) }).toEqual({ code, exitCode });
  });

  it('are "unexpected" for a code that a later Keyward brings', () => {
    expect(exitCodeOf('BRAND_NEW')).toBe(EXIT.unexpected);
    expect(exitCodeOf('toString')).toBe(EXIT.unexpected);
  });
});
