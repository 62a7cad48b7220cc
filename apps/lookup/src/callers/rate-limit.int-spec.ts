import type { KeyAddress } from '@keyward/contracts';
import { LookupFixture, refusalOf } from '../testing/lookup-fixture.js';

const WEBSITE: KeyAddress = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

describe('the rate limit of lookups', () => {
  let fixture: LookupFixture;
  afterEach(() => fixture.close());

  async function limited(settings: Parameters<typeof LookupFixture.start>[0]): Promise<void> {
    fixture = await LookupFixture.start(settings);
    await fixture.write(fixture.records.organization('acme'), fixture.records.project('acme', 'website'));
    await fixture.write(fixture.records.organization('globex'), fixture.records.project('globex', 'website'));
  }

  it('refuses a worker that asks for too much with RESOURCE_EXHAUSTED, and no other worker', async () => {
    await limited({ settings: { KEYWARD_LOOKUP_RATE_LIMIT: 10 } });
    await fixture.batchLookup(Array.from({ length: 400 }, () => WEBSITE));

    expect(await refusalOf(fixture.lookup(WEBSITE))).toMatchObject({
      grpcCode: 8,
      reason: 'RATE_LIMITED',
      metadata: { retryAfterSeconds: expect.stringMatching(/^(39|40)$/) as unknown },
    });
    const token = await fixture.token('acme', undefined, 'another-worker');
    expect((await fixture.lookup(WEBSITE, { token })).outcome).toBe('notConfigured');
  });

  it('counts an organization as a whole, and by the token: nobody uses up what is another organization’s', async () => {
    await limited({ settings: { KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: 10 } });
    const globex = await fixture.token('globex');
    const foreign = Array.from({ length: 400 }, () => WEBSITE);
    expect((await refusalOf(fixture.batchLookup(foreign, { token: globex }))).reason).toBe('FORBIDDEN');

    expect((await fixture.lookup(WEBSITE)).outcome).toBe('notConfigured');
    const again = fixture.lookup({ ...WEBSITE, organizationId: 'globex' }, { token: globex });
    expect((await refusalOf(again)).reason).toBe('RATE_LIMITED');
  });
});
