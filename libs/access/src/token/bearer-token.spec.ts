import { failureOf } from '../testing/fixtures.js';
import { bearerToken } from './bearer-token.js';

describe('bearerToken', () => {
  it.each(['Bearer aa.bb.cc', 'bearer aa.bb.cc', 'BEARER   aa.bb.cc '])(
    'takes the token out of %j',
    (header) => {
      expect(bearerToken(header)).toBe('aa.bb.cc');
    },
  );

  it.each([
    undefined,
    '',
    'aa.bb.cc',
    'Bearer',
    'Bearer ',
    'Basic aa.bb.cc',
    'Bearer aa.bb.cc, Bearer dd',
    'Bearer a b',
    'Bearer é',
  ])('refuses %j without repeating it', async (header) => {
    const failure = await failureOf(() => bearerToken(header));
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(failure.message).not.toContain('aa.bb.cc');
  });

  it('is done with a long header of blanks at once', async () => {
    const started = performance.now();
    await failureOf(() => bearerToken(`Bearer ${' '.repeat(300_000)}é`));
    await failureOf(() => bearerToken(`Bearer a${'='.repeat(300_000)}${' '.repeat(300_000)}é`));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
