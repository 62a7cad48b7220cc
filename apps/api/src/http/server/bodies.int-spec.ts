import { ApiFixture, type Call } from '../../testing/api-fixture.js';

const KEY = 'PUT /v1/organizations/acme/integrations/serpapi/key';
const CANARY = 'canary-5b1f7e0c-of-the-body';

describe('A body', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await (await ApiFixture.start()).withAcme();
  }, 30_000);
  afterAll(() => api.close());

  const put = (body: string | Buffer, headers: Call['headers'] = {}) => api.when(KEY, { body, headers });

  it.each([
    ['an empty one', ''],
    ['a list', `["${CANARY}"]`],
    ['a text', `"${CANARY}"`],
    ['nothing', 'null'],
    ['a number', '7'],
  ])('is no JSON object as %s', async (_name, body) => {
    const { status, body: problem, events } = await put(body);
    expect([status, problem.code, events]).toEqual([400, 'INVALID_REQUEST', []]);
    expect(problem.violations).toEqual([{ field: 'body', rule: 'must be a JSON object' }]);
  });

  it.each([
    ['cut off', `{"secret":"${CANARY}"`],
    ['with something behind it', `{"secret":"${CANARY}"} ${CANARY}`],
    ['with a comma too many', `{"secret":"${CANARY}",}`],
    ['in single quotes', `{'secret':'${CANARY}'}`],
    ['with NaN', '{"secret":NaN}'],
    ['with a control character in a text', '{"secret":"a\nb"}'],
    ['that sets a prototype', `{"__proto__":{"secret":"${CANARY}"},"secret":"x"}`],
    ['that sets a prototype in disguise', '{"\\u005f_proto__":{},"secret":"x"}'],
    ['that sets a constructor', '{"constructor":{"prototype":{"polluted":true}},"secret":"x"}'],
    ['nested without an end', '['.repeat(30_000)],
  ])('is not well-formed %s, and is not repeated', async (_name, body) => {
    const answer = await put(body);
    expect([answer.status, answer.events]).toEqual([400, []]);
    expect(answer.body.violations).toEqual([{ field: 'body', rule: 'must be well-formed JSON' }]);
    expect(answer.text).not.toContain(CANARY);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['at once', '{"secret":"one","secret":"two"}'],
    ['with an escape', '{"secret":"one","\\u0073ecret":"two"}'],
    ['deeper down', '{"secret":"one","a":[{"b":1,"b":2}]}'],
    ['with the same value', '{"secret":"one","secret":"one"}'],
  ])('must not name a field twice, %s', async (_name, body) => {
    const { status, body: problem, events } = await put(body);
    expect([status, events]).toEqual([400, []]);
    expect(problem.violations).toEqual([
      { field: 'body', rule: 'must not have the same name twice in one object' },
    ]);
  });

  it('may have colons, quotes and backslashes in its texts', async () => {
    const secret = '{"a":"b","a":\\"c\\",\\\\:"}'.repeat(3);
    expect((await put(JSON.stringify({ secret, reason: 'a: "b": \\' }))).status).toBe(201);
  });

  it('nested as deep as it is long is refused for what it is', async () => {
    const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const { status, body } = await put(deep(9_000));
    expect([status, body.violations[0].field]).toEqual([400, 'secret']);
    const lists = `${'['.repeat(900_000)}${']'.repeat(900_000)}`;
    expect((await api.call('PUT /v1/rollout', { as: api.admin, body: lists })).status).toBe(400);
  });

  it.each([
    ['of a field that is none', { secret: 'x', secert: CANARY }, 'secert'],
    ['of a field whose name could be a key', { secret: 'x', [CANARY]: 1 }, '(a field of another name)'],
    ['of nothing', { secret: null }, 'secret'],
    ['of a list', { secret: [CANARY] }, 'secret'],
    ['of an object', { secret: { value: CANARY } }, 'secret'],
    ['of a number', { secret: 7 }, 'secret'],
    ['of no characters', { secret: '' }, 'secret'],
    ['of half a character', { secret: `${CANARY}\ud800` }, 'secret'],
    ['of a reason of 513 characters', { secret: 'x', reason: 'r'.repeat(513) }, 'reason'],
    ['of a reason of two lines', { secret: 'x', reason: 'a\r\nb' }, 'reason'],
    ['of an unknown kind', { secret: 'x', credentialKind: CANARY }, 'credentialKind'],
  ])(
    'with a value %s is refused by the name of the field, and the value is not repeated',
    async (_name, body, field) => {
      const answer = await put(JSON.stringify(body));
      expect([answer.status, answer.body.code, answer.events]).toEqual([400, 'INVALID_REQUEST', []]);
      expect((answer.body.violations as { field: string }[]).map((violation) => violation.field)).toEqual([
        field,
      ]);
      expect(answer.text).not.toContain(CANARY);
    },
  );

  it('of bytes that are no UTF-8 is refused', async () => {
    const bytes = Buffer.concat([Buffer.from('{"secret":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const { status, body } = await put(bytes);
    expect([status, body.violations[0].rule]).toEqual([400, 'must be text in UTF-8']);
  });

  it.each(['clé-ключ-鍵-🔑', 'a"b\\c/d<e>&f', 'x'.repeat(16 * 1024)])('takes the key %s', async (secret) => {
    expect((await put(JSON.stringify({ secret }))).status).toBe(200);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/merge-patch+json',
    'json',
  ])('is refused as %s', async (type) => {
    const { status, body, events } = await put('{"secret":"x"}', { 'content-type': type });
    expect([status, body.code, events]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', []]);
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"'])(
    'is taken as %s',
    async (type) => {
      expect((await put('{"secret":"x"}', { 'content-type': type })).status).toBe(200);
    },
  );

  it('is refused compressed, and taken with the encoding that is none', async () => {
    expect((await put('{"secret":"x"}', { 'content-encoding': 'gzip' })).body.code).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    );
    expect((await put('{"secret":"x"}', { 'content-encoding': 'identity' })).status).toBe(200);
  });

  it('is refused beyond the limit before it is looked at', async () => {
    const { status, body, events } = await put(`{"secret":"${'x'.repeat(64 * 1024)}`);
    expect([status, body.code, events]).toEqual([413, 'PAYLOAD_TOO_LARGE', []]);
  });

  it('can be left out where all its fields can', async () => {
    for (const body of ['{}', '', undefined]) {
      const call = { ...(body !== undefined && { body }) };
      const { status } = await api.call('POST /v1/organizations/acme/integrations/serpapi/key/disable', call);
      expect(status).toBe(200);
    }
  });
});
