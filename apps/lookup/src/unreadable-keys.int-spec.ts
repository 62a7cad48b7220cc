import type { KeyAddress } from '@keyward/contracts';
import type { SlotRecord } from '@keyward/read-model';
import { LookupFixture, refusalOf } from './testing/lookup-fixture.js';

const ORG_SLOT = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
const WEBSITE_SLOT = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
const SHOP_SLOT = { organizationId: 'acme', projectId: 'shop', integrationId: 'openai' };
const WEBSITE: KeyAddress = WEBSITE_SLOT;

const CANARY = 'sk-canary-8d1f0c6b5a49';

describe('a key that is set but cannot be opened', () => {
  let fixture: LookupFixture;
  let organizationSlot: SlotRecord;
  let projectSlot: SlotRecord;
  beforeEach(async () => {
    fixture = await LookupFixture.start();
    const { records } = fixture;
    organizationSlot = await records.slot(ORG_SLOT, 'sk-of-the-organization');
    projectSlot = await records.slot(WEBSITE_SLOT, CANARY);
    await fixture.write(
      records.organization('acme'),
      records.project('acme', 'website'),
      records.project('acme', 'shop'),
      organizationSlot,
      projectSlot,
    );
  });
  afterEach(() => fixture.close());

  const alarms = () => fixture.logLines.filter((line) => line.includes('"alarm":"unreadable_key"'));

  async function expectUnavailable(): Promise<void> {
    expect(await refusalOf(fixture.lookup(WEBSITE))).toMatchObject({ grpcCode: 14, reason: 'UNAVAILABLE' });
  }

  it("is unavailable when its sealed bytes are missing: neither not set, nor the organization's key", async () => {
    await fixture.write(fixture.records.altered(projectSlot, { sealed: null }));
    await expectUnavailable();
    expect(alarms()).toHaveLength(1);
    expect(JSON.parse(alarms()[0]!)).toMatchObject({
      level: 'error',
      organizationId: 'acme',
      projectId: 'website',
      integrationId: 'openai',
      version: 1,
      problem: 'MISSING',
    });
  });

  it.each(['ciphertext', 'tag', 'nonce', 'commitment', 'wrappedDataKey'] as const)(
    'is unavailable when its %s was altered, also while its data key is at hand',
    async (field) => {
      const flipped = flipFirstBit(projectSlot.sealed![field]);
      const tampered = fixture.records.altered(projectSlot, {
        sealed: { ...projectSlot.sealed!, [field]: flipped },
      });
      await fixture.lookup(WEBSITE);
      await fixture.write(tampered);
      await expectUnavailable();

      fixture.unsealer.clear();
      await expectUnavailable();
      expect(await fixture.metricsText()).toContain('keyward_lookup_unreadable_keys_total 2');
    },
  );

  it('is unavailable when it is sealed under a key encryption key that is not at hand', async () => {
    const sealed = { ...projectSlot.sealed!, kekId: 'kek-lost' };
    await fixture.write(fixture.records.altered(projectSlot, { sealed }));
    await expectUnavailable();
    expect(alarms()[0]).toContain('"problem":"UNKNOWN_KEK"');
  });

  it('is logged once a minute at most, however often workers retry', async () => {
    await fixture.write(fixture.records.altered(projectSlot, { sealed: null }));
    for (let times = 0; times < 5; times += 1) await expectUnavailable();
    expect(alarms()).toHaveLength(1);
    expect(await fixture.metricsText()).toContain('keyward_lookup_unreadable_keys_total 5');
  });

  it('is not handed out from another slot: sealed bytes swapped between two projects', async () => {
    const shopSlot = await fixture.records.slot(SHOP_SLOT, 'sk-of-the-shop');
    await fixture.lookup(WEBSITE);
    await fixture.write(
      fixture.records.altered(projectSlot, { sealed: shopSlot.sealed }),
      fixture.records.altered(shopSlot, { sealed: projectSlot.sealed }),
    );
    await expectUnavailable();
    expect((await refusalOf(fixture.lookup(SHOP_SLOT))).reason).toBe('UNAVAILABLE');
  });

  it('is not handed out from another slot: whole records swapped, which claim to belong there', async () => {
    const shopSlot = await fixture.records.slot(SHOP_SLOT, 'sk-of-the-shop');
    await fixture.write(shopSlot);
    await fixture.lookup(WEBSITE);
    await fixture.lookup(SHOP_SLOT);
    const honest = fixture.readModel.lookup.bind(fixture.readModel);
    fixture.readModel.lookup = async (addresses) => {
      const { status, entries } = await honest(addresses);
      return { status, entries: entries.map((entry) => ({ ...entry, projectSlot: shopSlot })) };
    };
    await expectUnavailable();
  });

  it('is not handed out from another slot: the key of the organization as that of a project', async () => {
    await fixture.write(fixture.records.altered(organizationSlot, { address: WEBSITE_SLOT }));
    await expectUnavailable();
  });

  it('never shows its bytes in a log line, a refusal or a metric, opened or not', async () => {
    const refusals = [];
    expect((await fixture.lookup(WEBSITE)).key?.secret.toString()).toBe(CANARY);
    await fixture.write(
      fixture.records.altered(projectSlot, { sealed: { ...projectSlot.sealed!, tag: 'AAAA' } }),
    );
    refusals.push(await refusalOf(fixture.lookup(WEBSITE)));
    refusals.push(await refusalOf(fixture.batchLookup([SHOP_SLOT, WEBSITE])));
    fixture.readModel.lookup = () => Promise.reject(new Error(`leaky ${CANARY}`));
    refusals.push(await refusalOf(fixture.lookup(WEBSITE)));

    const seen = [...fixture.logLines, JSON.stringify(refusals), await fixture.metricsText()].join('\n');
    expect(seen).toContain('unreadable_key');
    for (const shape of [
      CANARY,
      ...(['base64', 'base64url', 'hex'] as const).map((as) => Buffer.from(CANARY).toString(as)),
    ]) {
      expect(seen).not.toContain(shape);
    }
  });
});

function flipFirstBit(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  bytes[0]! ^= 0x80;
  return bytes.toString('base64url');
}
