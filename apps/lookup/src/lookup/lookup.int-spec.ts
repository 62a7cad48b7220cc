import { Metadata } from '@grpc/grpc-js';
import { encodePosition, type KeyAddress } from '@keyward/contracts';
import { LookupFixture, refusalOf } from '../testing/lookup-fixture.js';
import { SET_AT } from '../testing/records.js';

const WEBSITE: KeyAddress = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
const ORG_SLOT = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
const PROJECT_SLOT = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

describe('Lookup', () => {
  let fixture: LookupFixture;
  beforeEach(async () => {
    fixture = await LookupFixture.start();
    const { records } = fixture;
    await fixture.write(records.organization('acme'), records.project('acme', 'website'));
  });
  afterEach(() => fixture.close());

  describe('finds', () => {
    it("the organization's key, with everything about it and the position it was true at", async () => {
      const position = await fixture.write(
        await fixture.records.slot(ORG_SLOT, 'sk-of-the-organization', { version: 3 }),
      );

      const { key, position: token, outcome } = await fixture.lookup(WEBSITE);

      expect(outcome).toBe('key');
      expect(key).toEqual({
        secret: Buffer.from('sk-of-the-organization'),
        source: 'SOURCE_ORGANIZATION',
        version: 3,
        keyId: 'key-acme--openai-3',
        fingerprint: 'fp1_key-acme--openai-3',
        setAt: { seconds: String(Math.floor(Date.parse(SET_AT) / 1000)), nanos: 89_000_000 },
        lease: { seconds: '30', nanos: 0 },
      });
      expect(token).toBe(fixture.positionToken(position));
    });

    it("the project's own key before the organization's, also while the organization's is disabled", async () => {
      await fixture.write(
        await fixture.records.slot(ORG_SLOT, 'sk-of-the-organization', { enabled: false }),
        await fixture.records.slot(PROJECT_SLOT, 'sk-of-the-project'),
      );

      const { key } = await fixture.lookup(WEBSITE);

      expect(key?.secret.toString()).toBe('sk-of-the-project');
      expect(key?.source).toBe('SOURCE_PROJECT');
    });

    it("the organization's key again once the project's was removed", async () => {
      await fixture.write(
        await fixture.records.slot(ORG_SLOT, 'sk-of-the-organization'),
        await fixture.records.slot(PROJECT_SLOT, 'sk-of-the-project'),
      );
      await fixture.lookup(WEBSITE);
      await fixture.write(fixture.records.removed(PROJECT_SLOT));

      expect((await fixture.lookup(WEBSITE)).key?.secret.toString()).toBe('sk-of-the-organization');
    });

    it('the same bytes each time, although each answer is zeroed after it was sent', async () => {
      await fixture.write(await fixture.records.slot(ORG_SLOT, 'sk-again-and-again'));
      for (let times = 0; times < 3; times += 1) {
        expect((await fixture.lookup(WEBSITE)).key?.secret.toString()).toBe('sk-again-and-again');
      }
    });

    it('a new version as soon as the read model has it', async () => {
      await fixture.write(await fixture.records.slot(ORG_SLOT, 'sk-old', { version: 1 }));
      await fixture.lookup(WEBSITE);
      await fixture.write(await fixture.records.slot(ORG_SLOT, 'sk-new', { version: 2 }));

      const { key } = await fixture.lookup(WEBSITE);

      expect(key).toMatchObject({ secret: Buffer.from('sk-new'), version: 2, keyId: 'key-acme--openai-2' });
    });
  });

  describe('says why none is configured', () => {
    it('NOT_SET when no slot was ever set', async () => {
      const answer = await fixture.lookup(WEBSITE);
      expect(answer).toMatchObject({
        outcome: 'notConfigured',
        notConfigured: { reason: 'REASON_NOT_SET' },
      });
      expect(answer.position).not.toBe('');
    });

    it('NOT_SET when the key was removed', async () => {
      await fixture.write(await fixture.records.slot(ORG_SLOT, 'sk-gone'));
      await fixture.write(fixture.records.removed(ORG_SLOT));
      expect((await fixture.lookup(WEBSITE)).notConfigured).toEqual({ reason: 'REASON_NOT_SET' });
    });

    it("DISABLED when the organization's key is kept but switched off, and the key again when switched on", async () => {
      const record = await fixture.records.slot(ORG_SLOT, 'sk-kept', { enabled: false });
      await fixture.write(record);
      expect((await fixture.lookup(WEBSITE)).notConfigured).toEqual({ reason: 'REASON_DISABLED' });

      await fixture.write(fixture.records.altered(record, { state: { ...record.state, enabled: true } }));
      expect((await fixture.lookup(WEBSITE)).key?.secret.toString()).toBe('sk-kept');
    });
  });

  describe('refuses a malformed request with INVALID_ARGUMENT', () => {
    it('without an address', async () => {
      expect(await refusalOf(fixture.lookup(undefined))).toMatchObject({
        grpcCode: 3,
        reason: 'INVALID_REQUEST',
        metadata: { field: 'address' },
      });
    });

    it.each([
      ['address.organization_id', { ...WEBSITE, organizationId: '' }],
      ['address.project_id', { ...WEBSITE, projectId: 'web~site' }],
      ['address.integration_id', { ...WEBSITE, integrationId: 'x'.repeat(65) }],
    ])('naming %s and the rule', async (field, address) => {
      const refusal = await refusalOf(fixture.lookup(address));
      expect(refusal).toMatchObject({ grpcCode: 3, reason: 'INVALID_REQUEST', metadata: { field } });
      expect(refusal.details).toContain(`${field} must be 1 to 64 letters`);
    });

    it('naming every field that is wrong in the sentence', async () => {
      const { details } = await refusalOf(
        fixture.lookup({ organizationId: '-', projectId: '', integrationId: 'ok' }),
      );
      expect(details).toContain('address.organization_id must');
      expect(details).toContain('address.project_id must');
      expect(details).not.toContain('address.integration_id');
    });

    it.each([
      ['malformed', () => 'nonsense'],
      ["another log's", () => encodePosition('another-log', { commit: 1n, prepare: 1n })],
      ['empty', () => ''],
    ])('whose position is %s', async (_, position) => {
      const consistency = { atLeastAsFresh: position() };
      expect(await refusalOf(fixture.lookup(WEBSITE, { consistency }))).toMatchObject({
        grpcCode: 3,
        reason: 'INVALID_REQUEST',
        metadata: { field: 'consistency.at_least_as_fresh' },
      });
    });
  });

  describe('authenticates', () => {
    it.each([
      ['without a token', null],
      ['with something that is no token', 'x.y.z'],
    ])('and refuses %s with UNAUTHENTICATED', async (_, token) => {
      const refusal = await refusalOf(fixture.lookup(WEBSITE, { token }));
      expect(refusal).toMatchObject({ grpcCode: 16, reason: 'UNAUTHENTICATED' });
    });

    it('before it looks at the request', async () => {
      expect((await refusalOf(fixture.lookup(undefined, { token: null }))).reason).toBe('UNAUTHENTICATED');
    });
  });

  describe('authorizes', () => {
    it('own, foreign and absent organization apart only where the worker may see: the refusals are byte-identical', async () => {
      await fixture.write(
        fixture.records.organization('globex'),
        fixture.records.project('globex', 'website'),
      );
      const foreign = await refusalOf(fixture.lookup({ ...WEBSITE, organizationId: 'globex' }));
      const absent = await refusalOf(fixture.lookup({ ...WEBSITE, organizationId: 'nowhere' }));
      const token = await fixture.token('nowhere');
      const absentButOwn = await refusalOf(
        fixture.lookup({ ...WEBSITE, organizationId: 'nowhere' }, { token }),
      );

      expect(foreign).toMatchObject({ grpcCode: 7, reason: 'FORBIDDEN' });
      expect(absent).toEqual(foreign);
      expect(absentButOwn).toEqual(foreign);
    });

    it('a worker narrowed to projects for these alone, known and unknown ones alike', async () => {
      await fixture.write(fixture.records.project('acme', 'shop'));
      const token = await fixture.token('acme', ['website']);
      expect((await fixture.lookup(WEBSITE, { token })).outcome).toBe('notConfigured');

      const known = await refusalOf(fixture.lookup({ ...WEBSITE, projectId: 'shop' }, { token }));
      const unknown = await refusalOf(fixture.lookup({ ...WEBSITE, projectId: 'nothing' }, { token }));
      expect(known).toMatchObject({ grpcCode: 7, reason: 'FORBIDDEN' });
      expect(unknown).toEqual(known);
    });

    it('before it tells that an integration is unknown', async () => {
      const address = { organizationId: 'globex', projectId: 'website', integrationId: 'no-such' };
      expect((await refusalOf(fixture.lookup(address))).reason).toBe('FORBIDDEN');
    });
  });

  describe('refuses with NOT_FOUND', () => {
    it('an unknown project', async () => {
      const refusal = await refusalOf(fixture.lookup({ ...WEBSITE, projectId: 'nothing' }));
      expect(refusal).toMatchObject({ grpcCode: 5, reason: 'UNKNOWN_PROJECT' });
    });

    it('an archived project, although the organization has a key', async () => {
      await fixture.write(
        await fixture.records.slot(ORG_SLOT, 'sk-of-the-organization'),
        fixture.records.project('acme', 'website', 'archived'),
      );
      expect(await refusalOf(fixture.lookup(WEBSITE))).toMatchObject({
        grpcCode: 5,
        reason: 'UNKNOWN_PROJECT',
      });
    });

    it('an integration that is not in the catalogue', async () => {
      const refusal = await refusalOf(fixture.lookup({ ...WEBSITE, integrationId: 'no-such-integration' }));
      expect(refusal).toMatchObject({ grpcCode: 5, reason: 'UNKNOWN_INTEGRATION' });
    });
  });

  it('does not flag an answer inside the staleness bound', async () => {
    let metadata = new Metadata();
    await fixture.lookup(WEBSITE, { onMetadata: (received) => (metadata = received) });
    expect(metadata.get('keyward-stale')).toEqual([]);
  });
});
