import { inspect } from 'node:util';
import { TokenSource } from './token-source.js';

const authorization = async (tokens: TokenSource): Promise<unknown> =>
  (await tokens.current()).get('authorization')[0];

describe('TokenSource', () => {
  it('sends a fixed token, without the line end of the file it came from', async () => {
    expect(await authorization(new TokenSource('a.b.c\n'))).toBe('Bearer a.b.c');
  });

  it('has no other token when a fixed one is refused', async () => {
    const tokens = new TokenSource('a.b.c');
    expect(await tokens.renew(await tokens.current())).toBeUndefined();
  });

  it('asks once for all who need a token at the same time, and keeps it', async () => {
    let asked = 0;
    const tokens = new TokenSource(async () => `token-${(asked += 1)}`);
    expect(await Promise.all([authorization(tokens), authorization(tokens)])).toEqual([
      'Bearer token-1',
      'Bearer token-1',
    ]);
    expect(await authorization(tokens)).toBe('Bearer token-1');
  });

  it('asks afresh when the token is refused, once for all whose calls had it', async () => {
    let asked = 0;
    const tokens = new TokenSource(() => `token-${(asked += 1)}`);
    const refused = await tokens.current();
    await Promise.all([tokens.renew(refused), tokens.renew(refused)]);
    await tokens.renew(refused);
    expect(await authorization(tokens)).toBe('Bearer token-2');
  });

  it('asks again after token() failed', async () => {
    let asked = 0;
    const tokens = new TokenSource(() => {
      asked += 1;
      if (asked === 1) throw new Error('the issuer is down');
      return 'a.b.c';
    });
    await expect(tokens.current()).rejects.toMatchObject({ code: 'TOKEN_UNAVAILABLE' });
    expect(await authorization(tokens)).toBe('Bearer a.b.c');
  });

  it('names the rule and not the token when it cannot be one', () => {
    const make = (): TokenSource => new TokenSource('canary token');
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
    expect(make).not.toThrow(/canary/);
  });

  it('does not show the token', () => {
    expect(inspect(new TokenSource('canary.b.c'), { showHidden: true, depth: 9 })).not.toContain('canary');
  });
});
