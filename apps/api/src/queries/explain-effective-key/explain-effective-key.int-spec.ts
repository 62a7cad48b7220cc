import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePosition } from '@keyward/contracts';
import { ApiFixture } from '../../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../../testing/writes.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const PROJECT = '/v1/organizations/acme/projects/website';
const PROJECT_KEY = `${PROJECT}/integrations/serpapi/key`;
const EFFECTIVE = `GET ${PROJECT}/integrations/serpapi/effective-key`;

describe('Which key a project uses, and why', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(() => api.withAcme());

  const explain = async (query = '') => (await api.must(`${EFFECTIVE}${query}`)).body;
  const verdicts = async (query = '') =>
    ((await explain(query)).candidates as { source: string; verdict: string }[]).map(
      ({ source, verdict }) => `${source} ${verdict}`,
    );
  const set = (path: string, secret: string) => api.must(`PUT ${path}`, { body: { secret } });

  it('says of each candidate why it lost, in order of precedence', async () => {
    expect(await verdicts()).toEqual(['project not_set', 'organization not_set']);
    await set(ORG_KEY, KEY_A);
    expect(await verdicts()).toEqual(['project not_set', 'organization effective']);
    await set(PROJECT_KEY, KEY_B);
    expect(await verdicts()).toEqual(['project effective', 'organization overridden']);
    await api.must(`POST ${ORG_KEY}/disable`);
    await api.must(`DELETE ${PROJECT_KEY}`);
    expect(await verdicts()).toEqual(['project not_set', 'organization disabled']);
  });

  it('finds any moment in a long past, reading a few events of it', async () => {
    const positions: string[] = [];
    for (let version = 1; version <= 64; version += 1)
      positions.push((await set(ORG_KEY, String(version).padStart(40, 'k'))).body.position as string);
    const reads = jest.spyOn(api.events, 'readStream');
    for (const [n, position] of positions.entries())
      expect(await explain(`?at=${position}`)).toMatchObject({ key: { version: n + 1 } });
    const ofTheSlot = reads.mock.calls.filter(([stream]) => stream === `orgKey-${api.acme}~serpapi`);
    reads.mockRestore();
    // The newest, six or seven halves, and back to the last set.
    expect(ofTheSlot.length).toBeLessThanOrEqual(64 * 9);
  });

  it('shows all about a key but the key', async () => {
    const { body: written } = await set(ORG_KEY, KEY_A);
    const { headers, text, body } = await api.must(EFFECTIVE);
    expect(headers['cache-control']).toBe('no-store');
    expect(text).not.toContain(KEY_A);
    const key = {
      keyId: written.keyId as string,
      version: 1,
      mask: '••••••••AAAA',
      fingerprint: written.fingerprint as string,
      credentialKind: 'api_key',
      setAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      setBy: 'olivia',
    };
    expect(body).toEqual({
      outcome: 'found',
      source: 'organization',
      reason: null,
      key,
      candidates: [
        { source: 'project', verdict: 'not_set', why: expect.any(String) as string, key: null },
        { source: 'organization', verdict: 'effective', why: expect.any(String) as string, key },
      ],
      position: expect.any(String) as string,
    });
  });

  it('can be asked as of every position that was ever handed out', async () => {
    const registered = (await api.must(`PUT ${PROJECT}`, { as: api.admin, body: { name: 'Site' } })).body;
    const story = [
      [registered, 'not_configured not_set -'],
      [(await set(ORG_KEY, KEY_A)).body, 'found - organization'],
      [(await set(PROJECT_KEY, KEY_B)).body, 'found - project'],
      [(await api.must(`POST ${ORG_KEY}/disable`)).body, 'found - project'],
      [(await api.must(`DELETE ${PROJECT_KEY}`)).body, 'not_configured disabled -'],
      [(await api.must(`DELETE ${ORG_KEY}`)).body, 'not_configured not_set -'],
    ] as const;
    for (const [{ position }, then] of story) {
      const { outcome, reason, source, position: asOf } = await explain(`?at=${position as string}`);
      expect([`${outcome} ${reason ?? '-'} ${source ?? '-'}`, asOf]).toEqual([then, position]);
    }
  });

  it('can be asked as of a time', async () => {
    await set(ORG_KEY, KEY_A);
    // So that the two changes do not fall into one millisecond of the log's clock.
    await sleep(5);
    const between = new Date().toISOString();
    await sleep(5);
    await set(ORG_KEY, KEY_B);
    expect(await explain(`?at=${between}`)).toMatchObject({ key: { version: 1, mask: '••••••••AAAA' } });
    expect(await explain(`?at=${new Date().toISOString()}`)).toMatchObject({ key: { version: 2 } });
  });

  it('is as of then in all: before the organization was told of, it was unknown', async () => {
    const before = encodePosition(api.events.storeId, { commit: 0n, prepare: 0n });
    for (const at of [before, '2001-01-01T00:00:00Z']) {
      expect((await api.call(`${EFFECTIVE}?at=${at}`)).body).toMatchObject({
        code: 'UNKNOWN_ORGANIZATION',
        detail: expect.stringMatching(
          /^At that moment Keyward had not been told .* Ask for a later moment/,
        ) as string,
      });
    }
  });

  it('is answered for a project that is archived now, as of when it was not', async () => {
    const { body } = await set(PROJECT_KEY, KEY_A);
    await api.must(`DELETE ${PROJECT}`, { as: api.admin });
    expect((await api.call(EFFECTIVE)).body.code).toBe('UNKNOWN_PROJECT');
    expect(await explain(`?at=${body.position}`)).toMatchObject({ source: 'project' });
    const now = encodePosition(api.events.storeId, await api.events.head());
    expect((await api.call(`${EFFECTIVE}?at=${now}`)).body).toMatchObject({
      code: 'UNKNOWN_PROJECT',
      detail: expect.stringContaining('At that moment') as string,
    });
  });

  it.each([
    ['no moment', 'at=yesterday'],
    ['a day that is none', 'at=2026-02-30T00:00:00Z'],
    ['the future', 'at=2999-01-01T00:00:00Z'],
    ['a position of another Keyward', `at=${encodePosition('another', { commit: 1n, prepare: 1n })}`],
    ['two moments', 'at=2026-01-01T00:00:00Z&at=2026-01-02T00:00:00Z'],
    ['a moment and a level of consistency', 'at=2026-01-01T00:00:00Z&fully_consistent=true'],
  ])('is refused %s', async (_name, query) => {
    const { status, body } = await api.call(`${EFFECTIVE}?${query}`);
    expect([status, body.code, body.violations[0].field]).toEqual([400, 'INVALID_REQUEST', 'at']);
  });
});
