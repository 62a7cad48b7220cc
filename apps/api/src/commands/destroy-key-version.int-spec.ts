import { MemoryEventStore } from '@keyward/event-store';
import { keyMaterialStream } from '@keyward/sealing';
import { ApiFixture } from '../testing/api-fixture.js';
import { KEY_A, KEY_B } from '../testing/writes.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const PROJECT_KEY = '/v1/organizations/acme/projects/website/integrations/serpapi/key';

describe.each([
  ["an organization's key", ORG_KEY],
  ["a project's own key", PROJECT_KEY],
])('Destroying a version of %s', (_name, path) => {
  let api: ApiFixture;
  let keyIds: string[];
  beforeAll(async () => {
    api = await ApiFixture.start({ events: new FailingDeletions() });
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.withAcme();
    keyIds = [];
    for (const secret of [KEY_A, KEY_B])
      keyIds.push((await api.must(`PUT ${path}`, { body: { secret } })).body.keyId);
  });

  const destroy = (version: number | string, headers = {}) =>
    api.when(`DELETE ${path}/versions/${version}`, { headers, body: { reason: 'leaked' } });
  const sealedBytes = async (version: number): Promise<number> => {
    let count = 0;
    for await (const _ of api.events.readStream(keyMaterialStream(keyIds[version - 1]!))) count += 1;
    return count;
  };

  it('deletes its sealed bytes and leaves the fact, with who and why', async () => {
    const { status, body, events } = await destroy(1);
    expect([status, events]).toEqual([200, ['KeyDestroyed']]);
    expect(body).toMatchObject({ keyId: keyIds[0], version: 1, changed: true });
    expect([await sealedBytes(1), await sealedBytes(2)]).toEqual([0, 1]);
    const [fact] = await factsOf(api);
    expect(fact).toMatchObject({
      organizationId: api.acme,
      projectId: path === ORG_KEY ? null : 'website',
      integrationId: 'serpapi',
      keyId: keyIds[0],
      version: 1,
      cause: 'request',
      actor: 'olivia',
      reason: 'leaked',
    });
    expect(JSON.stringify(fact)).not.toContain(KEY_A);
  });

  it('refuses the present version, also when it is switched off, and says what to do', async () => {
    if (path === ORG_KEY) await api.must(`POST ${ORG_KEY}/disable`);
    const { status, body, events } = await destroy(2);
    expect([status, body.code, events]).toEqual([409, 'KEY_VERSION_IN_USE', []]);
    expect(body.detail).toContain('Remove the key or set another first');
    expect(await sealedBytes(2)).toBe(1);
  });

  it('takes the last version once it is removed', async () => {
    await api.must(`DELETE ${path}`);
    expect((await destroy(2)).status).toBe(200);
    expect([await sealedBytes(1), await sealedBytes(2)]).toEqual([1, 0]);
  });

  it('changes nothing for a version that is destroyed', async () => {
    const first = await destroy(1);
    const again = await destroy(1);
    expect([again.status, again.body.changed, again.events]).toEqual([200, false, []]);
    expect(again.body.position).toBe(first.body.position);
  });

  it('leaves the value free to be set again, as a version of its own', async () => {
    await destroy(1);
    const { body } = await api.must(`PUT ${path}`, { body: { secret: KEY_A } });
    expect(body).toMatchObject({ version: 3, changed: true });
    expect(body.keyId).not.toBe(keyIds[0]);
  });

  it.each([3, 4_000_000_000])('refuses version %s, which never was', async (version) => {
    const { status, body, events } = await destroy(version);
    expect([status, body.code, events]).toEqual([404, 'UNKNOWN_KEY_VERSION', []]);
  });

  it.each(['0', '-1', '1.5', 'latest', '01', '99999999999'])(
    'does not understand version %s',
    async (version) => {
      const { status, body, events } = await destroy(version);
      expect([status, body.code, events]).toEqual([400, 'INVALID_REQUEST', []]);
      expect(body.violations).toEqual([
        { field: 'version', rule: 'must be a version: a whole number of at least 1' },
      ]);
    },
  );

  it('stays possible when the plan is lost', async () => {
    await api.must('PUT /v1/organizations/acme', { as: api.admin, body: { name: 'Acme', plan: 'free' } });
    expect((await destroy(1)).status).toBe(200);
  });

  it('is not acknowledged while the bytes are there, and a repeat ends it', async () => {
    const log = api.events as FailingDeletions;
    log.deletionsToFail = 1;
    const key = { 'idempotency-key': 'once' };
    const cut = await destroy(1, key);
    expect([cut.status, cut.body.code, cut.events]).toEqual([503, 'UNAVAILABLE', ['KeyDestroyed']]);
    const again = await destroy(1, key);
    expect([again.status, again.body.changed, again.events]).toEqual([200, true, []]);
    expect(await sealedBytes(1)).toBe(0);
  });
});

/** A log that is out of reach for the next deletions. */
class FailingDeletions extends MemoryEventStore {
  deletionsToFail = 0;

  override async deleteStream(stream: string): Promise<void> {
    if (this.deletionsToFail > 0) {
      this.deletionsToFail -= 1;
      throw Object.assign(new Error('the log is away'), { code: 'UNAVAILABLE' });
    }
    await super.deleteStream(stream);
  }
}

async function factsOf(api: ApiFixture): Promise<object[]> {
  const facts: object[] = [];
  const filter = { streamPrefixes: [`destroyedKeys-${api.acme}~`] };
  for await (const { data } of api.events.readAll({ filter })) facts.push(data);
  return facts;
}
