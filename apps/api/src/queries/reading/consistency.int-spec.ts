import { decodePosition, encodePosition } from '@keyward/contracts';
import { MemoryEventStore } from '@keyward/event-store';
import { ApiFixture } from '../../testing/api-fixture.js';
import { KEY_A } from '../../testing/writes.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const READS: readonly [target: string, by: 'owner' | 'admin'][] = [
  ['GET /v1/organizations/acme/integrations', 'owner'],
  ['GET /v1/organizations/acme/projects/website/integrations', 'owner'],
  ['GET /v1/organizations/acme/projects/website/integrations/serpapi/effective-key', 'owner'],
  ['GET /v1/rollout', 'admin'],
];

describe('A read as fresh as asked', () => {
  let api: ApiFixture;
  /** Another process on the same log, whose writes this one has not acknowledged. */
  let other: ApiFixture;
  beforeAll(async () => {
    const events = new MemoryEventStore();
    const settings = { KEYWARD_HTTP_CONSISTENCY_TIMEOUT: 30 };
    api = await (await ApiFixture.start({ events, settings })).withAcme();
    other = await ApiFixture.start({ events });
    [other.acme, other.owner] = [api.acme, other.token('olivia', { organizations: { [api.acme]: 'owner' } })];
  }, 30_000);
  afterAll(async () => {
    await other.close();
    await api.close();
  });

  const positionOf = (token: string) => decodePosition(api.events.storeId, token).commit;
  const foreign = encodePosition('another', { commit: 1n, prepare: 1n });
  const beyond = () => encodePosition(api.events.storeId, { commit: 1_000_000n, prepare: 1_000_000n });

  it.each(READS)('%s sees a write by its position, and is as of it or later', async (target, by) => {
    const { position } = (await other.must(`PUT ${ORG_KEY}`, { body: { secret: KEY_A + target } })).body;
    for (const level of [`at_least_as_fresh=${position}`, 'fully_consistent=true']) {
      const { body } = await api.must(`${target}?${level}`, { as: api[by] });
      expect(positionOf(body.position as string)).toBeGreaterThanOrEqual(positionOf(position as string));
      expect(body).not.toHaveProperty('stale');
    }
  });

  it.each(READS)('%s takes a level that is switched off for none', async (target, by) => {
    const { status } = await api.call(`${target}?minimize_latency=false&fully_consistent=false`, {
      as: api[by],
    });
    expect(status).toBe(200);
  });

  it.each(READS)('%s is refused what is no level', async (target, by) => {
    const wrong: readonly (readonly [query: string, fields: readonly string[]])[] = [
      [`at_least_as_fresh=${foreign}`, ['at_least_as_fresh']],
      [`at_least_as_fresh=${beyond()}`, ['at_least_as_fresh']],
      ['at_least_as_fresh=nonsense', ['at_least_as_fresh']],
      ['at_least_as_fresh=', ['at_least_as_fresh']],
      ['fully_consistent=1', ['fully_consistent']],
      ['minimize_latency=yes', ['minimize_latency']],
      ['fully_consistent=true&fully_consistent=true', ['fully_consistent']],
      ['minimize_latency=true&fully_consistent=true', ['minimize_latency', 'fully_consistent']],
      ['consistency=full', ['consistency']],
    ];
    for (const [query, fields] of wrong) {
      const { status, body } = await api.call(`${target}?${query}`, { as: api[by] });
      const named = (body.violations as { field: string }[]).map(({ field }) => field);
      expect([query, status, named]).toEqual([query, 400, fields]);
    }
  });

  describe('when the projector has stopped', () => {
    let position: string;
    beforeAll(async () => {
      await api.stopProjecting();
      position = (await other.must(`PUT ${ORG_KEY}`, { body: { secret: 'a later one' } })).body
        .position as string;
    });

    it.each(READS)('%s is never older than asked: it waits, and then says so', async (target, by) => {
      for (const level of [`at_least_as_fresh=${position}`, 'fully_consistent=true']) {
        const { status, headers, body } = await api.call(`${target}?${level}`, { as: api[by] });
        expect([status, body.code, headers['retry-after']]).toEqual([503, 'STALE_READ_MODEL', '1']);
      }
    });

    it.each(READS)(
      '%s without a level answers with what is at hand, and says as of when',
      async (target, by) => {
        const { body } = await api.must(target, { as: api[by] });
        expect(positionOf(body.position as string)).toBeLessThan(positionOf(position));
      },
    );

    it('is never older than what this very process acknowledged, asked or not', async () => {
      await api.must(`PUT ${ORG_KEY}`, { body: { secret: 'its own' } });
      const { status, body } = await api.call(READS[0]![0]);
      expect([status, body.code]).toEqual([503, 'STALE_READ_MODEL']);
      expect((await api.call(`${READS[0]![0]}?minimize_latency=true`)).status).toBe(200);
    });
  });
});

describe('A read of a read model that has not confirmed to be up to date', () => {
  it.each([
    ['refuse', [503, 'STALE_READ_MODEL', undefined]],
    ['flag', [200, undefined, true]],
  ] as const)('is handled as configured: %s', async (staleAnswers, expected) => {
    const api = await ApiFixture.start({ staleAnswers, projecting: false });
    await api.readModel.reset(api.events.storeId);
    await api.readModel.markReady();
    const { status, body } = await api.call('GET /v1/rollout', { as: api.admin });
    expect([status, body.code, body.stale]).toEqual(expected);
    await api.close();
  });

  it('is UNAVAILABLE while it is built, never "not there"', async () => {
    const api = await ApiFixture.start({ projecting: false });
    for (const [target, by] of READS) {
      const { status, headers, body } = await api.call(target, { as: api[by] });
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '1']);
    }
    await api.close();
  });
});
