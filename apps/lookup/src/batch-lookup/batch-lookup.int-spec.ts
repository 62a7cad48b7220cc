import type { KeyAddress } from '@keyward/contracts';
import { LookupFixture, refusalOf } from '../testing/lookup-fixture.js';

const slotOf = (projectId: string | null, integrationId = 'openai') => ({
  organizationId: 'acme',
  projectId,
  integrationId,
});
const addressOf = (projectId: string, integrationId = 'openai'): KeyAddress => ({
  organizationId: 'acme',
  projectId,
  integrationId,
});

describe('BatchLookup', () => {
  let fixture: LookupFixture;
  beforeEach(async () => {
    fixture = await LookupFixture.start();
    const { records } = fixture;
    await fixture.write(
      records.organization('acme'),
      records.project('acme', 'website'),
      records.project('acme', 'shop'),
      records.project('acme', 'old', 'archived'),
      await records.slot(slotOf(null), 'sk-of-the-organization'),
      await records.slot(slotOf('shop'), 'sk-of-the-shop'),
      await records.slot(slotOf(null, 'anthropic'), 'sk-disabled', { enabled: false }),
    );
  });
  afterEach(() => fixture.close());

  it('answers in the order of the addresses, all as of one position', async () => {
    const { answers } = await fixture.batchLookup([
      addressOf('shop'),
      addressOf('website', 'anthropic'),
      addressOf('website'),
      addressOf('website', 'serpapi'),
      addressOf('shop'),
    ]);

    expect(answers.map((answer) => answer.key?.secret.toString() ?? answer.notConfigured?.reason)).toEqual([
      'sk-of-the-shop',
      'REASON_DISABLED',
      'sk-of-the-organization',
      'REASON_NOT_SET',
      'sk-of-the-shop',
    ]);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
  });

  it('keeps the order when some data keys are at hand and others are not', async () => {
    await fixture.lookup(addressOf('shop'));
    const addresses = [addressOf('website'), addressOf('shop'), addressOf('website')];

    const { answers } = await fixture.batchLookup(addresses);

    const secrets = answers.map(({ key }) => key?.secret.toString());
    expect(secrets).toEqual(['sk-of-the-organization', 'sk-of-the-shop', 'sk-of-the-organization']);
  });

  it('takes 500 addresses', async () => {
    const { answers } = await fixture.batchLookup(Array.from({ length: 500 }, () => addressOf('shop')));
    expect(answers.map(({ key }) => key?.secret.toString())).toEqual(
      Array.from({ length: 500 }, () => 'sk-of-the-shop'),
    );
  });

  it.each([0, 501])('refuses %d addresses with INVALID_ARGUMENT', async (count) => {
    const refusal = await refusalOf(
      fixture.batchLookup(Array.from({ length: count }, () => addressOf('shop'))),
    );
    expect(refusal).toMatchObject({
      grpcCode: 3,
      reason: 'INVALID_REQUEST',
      metadata: { field: 'addresses' },
    });
    expect(refusal.metadata).not.toHaveProperty('index');
  });

  it('refuses the whole batch for one malformed address, naming which and the field', async () => {
    const addresses = [addressOf('shop'), addressOf('shop'), addressOf('~'), addressOf('!')];
    expect(await refusalOf(fixture.batchLookup(addresses))).toMatchObject({
      grpcCode: 3,
      reason: 'INVALID_REQUEST',
      metadata: { index: '2', field: 'addresses[2].project_id' },
    });
  });

  it.each([
    ['of a foreign organization', { ...addressOf('shop'), organizationId: 'globex' }, 7, 'FORBIDDEN'],
    ['of an unknown project', addressOf('nothing'), 5, 'UNKNOWN_PROJECT'],
    ['of an archived project', addressOf('old'), 5, 'UNKNOWN_PROJECT'],
    ['of an unknown integration', addressOf('shop', 'no-such'), 5, 'UNKNOWN_INTEGRATION'],
  ])('refuses the whole batch for one address %s, naming which', async (_, refused, grpcCode, reason) => {
    const addresses = [addressOf('shop'), refused, addressOf('shop'), refused];
    expect(await refusalOf(fixture.batchLookup(addresses))).toMatchObject({
      grpcCode,
      reason,
      metadata: { index: '1' },
    });
  });

  it('checks the narrowing of the token for every address', async () => {
    const token = await fixture.token('acme', ['shop']);
    const refusal = await refusalOf(
      fixture.batchLookup([addressOf('shop'), addressOf('website')], { token }),
    );
    expect(refusal).toMatchObject({ grpcCode: 7, metadata: { index: '1' } });
  });

  it('refuses a foreign and an absent organization with the same bytes', async () => {
    await fixture.write(fixture.records.organization('globex'), fixture.records.project('globex', 'shop'));
    const withThird = (organizationId: string) =>
      refusalOf(fixture.batchLookup([addressOf('shop'), { ...addressOf('shop'), organizationId }]));
    expect(await withThird('globex')).toEqual(await withThird('nowhere'));
  });

  it('fails as a whole, naming the first address whose key does not open, known data key or not', async () => {
    const record = await fixture.records.slot(slotOf('website'), 'sk-torn');
    const other = await fixture.records.slot(slotOf('website', 'serpapi'), 'sk-other');
    await fixture.write(fixture.records.altered(record, { sealed: other.sealed }));
    await fixture.lookup(addressOf('shop'));

    const refusal = await refusalOf(
      fixture.batchLookup([addressOf('shop'), addressOf('website'), addressOf('website')]),
    );

    expect(refusal).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE', metadata: { index: '1' } });
  });
});
