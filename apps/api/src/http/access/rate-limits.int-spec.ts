import { ApiFixture, type Answer } from '../../testing/api-fixture.js';

const PER_SECOND = 10;
const LIST = 'GET /v1/organizations/acme/integrations';

/**
 * A limit is refilled each second, so that what was sent over a second's edge may pass: each case
 * sends three seconds' worth at once, of which at least the last must be refused.
 */
describe('Too many requests', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    const settings = {
      KEYWARD_RATE_LIMIT_PRINCIPAL: PER_SECOND,
      KEYWARD_RATE_LIMIT_ORGANIZATION: 3 * PER_SECOND,
      KEYWARD_RATE_LIMIT_FAILED_SIGN_IN: PER_SECOND,
      KEYWARD_RATE_LIMIT_SIGN_IN: PER_SECOND,
    };
    api = await (await ApiFixture.start({ settings })).withAcme();
  }, 30_000);
  afterAll(() => api.close());

  const owner = (subject: string) => api.token(subject, { organizations: { acme: 'owner' } });
  const sendMany = (count: number, target: string, as: (n: number) => string | null): Promise<Answer[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => api.call(target, { as: as(n) })));
  const refusedOf = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 429);

  function expectToWait(answers: readonly Answer[]): void {
    expect(refusedOf(answers).length).toBeGreaterThan(0);
    for (const { headers, body } of refusedOf(answers)) {
      expect([body.code, headers['retry-after']]).toEqual(['RATE_LIMITED', '1']);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  }

  it('of one caller are refused, and nobody else is', async () => {
    const greedy = owner('greedy');
    const answers = await sendMany(4 * PER_SECOND, 'GET /v1/integrations', () => greedy);
    expectToWait(answers);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(PER_SECOND);
    expect((await api.call('GET /v1/integrations', { as: owner('modest') })).status).toBe(200);
  });

  it('of one caller count whatever token it shows, and whether there is anything at the path', async () => {
    expectToWait(await sendMany(4 * PER_SECOND, 'GET /v1/nothing', () => owner('many-tokens')));
  });

  it('of one organization are refused, whoever of it sends them, and no other organization is', async () => {
    const tokens = Array.from({ length: 20 }, (_, n) => owner(`member-${n}`));
    expectToWait(await sendMany(12 * PER_SECOND, LIST, (n) => tokens[n % tokens.length]!));
    await api.must('PUT /v1/organizations/quiet', { as: api.admin, body: { name: 'Quiet', plan: 'free' } });
    const other = api.token('elsewhere', { organizations: { quiet: 'member' } });
    expect((await api.call('GET /v1/organizations/quiet/integrations', { as: other })).status).toBe(200);
  });

  it('without a valid token are refused by address, and whoever was signed in is not', async () => {
    const known = owner('known');
    await api.must('GET /v1/integrations', { as: known });
    api.tokens.remembered.add(known);
    expectToWait(await sendMany(4 * PER_SECOND, LIST, (n) => `guess-${n}`));
    expect((await api.call('GET /v1/integrations', { as: known })).status).toBe(200);
  });

  it('are no matter of a header that says where they come from', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 * PER_SECOND }, (_, n) =>
        api.call(LIST, { as: 'a guess', headers: { 'x-forwarded-for': `10.0.0.${n}` } }),
      ),
    );
    expectToWait(answers);
  });

  it.each([
    'GET /session/sign-in',
    'GET /session/callback',
    'POST /session/sign-out',
    'POST /session/development',
  ])('to sign in or out are refused by address: %s', async (target) => {
    expectToWait(await sendMany(4 * PER_SECOND, target, () => null));
    const signedIn = owner('patient');
    api.tokens.remembered.add(signedIn);
    expect((await api.call('GET /v1/integrations', { as: signedIn })).status).toBe(200);
  });

  it('with sessions that are none are refused as such with tokens are', async () => {
    const headers = { cookie: '__Host-keyward-session=a-guess' };
    const calls = Array.from({ length: 4 * PER_SECOND }, () => api.call(LIST, { as: null, headers }));
    expectToWait(await Promise.all(calls));
  });

  it('are not told of health, metrics and documentation', async () => {
    for (const path of ['/health/live', '/metrics', '/docs', '/openapi.json'])
      expect(refusedOf(await sendMany(4 * PER_SECOND, `GET ${path}`, () => null))).toEqual([]);
  });
});
