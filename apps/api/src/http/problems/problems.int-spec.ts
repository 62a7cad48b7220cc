import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ApiFixture, type Answer } from '../../testing/api-fixture.js';
import { SECURITY_HEADERS } from '../server/security-headers.js';

const ORG_KEY = '/v1/organizations/acme/integrations/serpapi/key';
const LOWER_CASE_HEADERS = Object.fromEntries(
  Object.entries(SECURITY_HEADERS).map(([name, value]) => [name.toLowerCase(), value]),
);

describe('A refusal', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await (await ApiFixture.start()).withAcme();
    await api.app.listen(0, '127.0.0.1');
  }, 30_000);
  afterAll(() => api.close());

  const SAMPLES: Readonly<Record<string, () => Promise<Answer>>> = {
    '400 INVALID_REQUEST': () => api.call(`PUT ${ORG_KEY}`, { body: {} }),
    '400 INVALID_REQUEST of an address': () => api.call('GET /v1/organizations/%zz/integrations'),
    '401 UNAUTHENTICATED': () => api.call('GET /v1/integrations', { as: null }),
    '403 FORBIDDEN': () => api.call('GET /v1/rollout'),
    '404 NOT_FOUND': () => api.call('GET /v1/nothing'),
    '404 NOT_FOUND outside of /v1': () => api.call('GET /nothing', { as: null }),
    '404 KEY_NOT_SET': () => api.call(`DELETE ${ORG_KEY}`),
    '404 UNKNOWN_INTEGRATION': () =>
      api.call(`PUT ${ORG_KEY.replace('serpapi', 'x1')}`, { body: { secret: 'x' } }),
    '405 METHOD_NOT_ALLOWED': () => api.call('PATCH /v1/rollout'),
    '412 VERSION_CONFLICT': () => api.call(`DELETE ${ORG_KEY}`, { headers: { 'if-match': '"1"' } }),
    '413 PAYLOAD_TOO_LARGE': () => api.call(`PUT ${ORG_KEY}`, { body: 'x'.repeat(70_000) }),
    '415 UNSUPPORTED_MEDIA_TYPE': () =>
      api.call(`PUT ${ORG_KEY}`, { body: 'x', headers: { 'content-type': 'text/plain' } }),
    '422 MASKED_VALUE': () => api.call(`PUT ${ORG_KEY}`, { body: { secret: '••••••••' } }),
    '400 INVALID_REQUEST of what is no HTTP': () => raw('GARBAGE\r\n\r\n'),
    '431 HEADERS_TOO_LARGE': () =>
      raw(`GET /v1/rollout HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
  };

  it.each(Object.entries(SAMPLES))('is a problem of RFC 9457: %s', async (name, sample) => {
    const [status, code] = name.split(' ');
    const { status: sent, headers, body } = await sample();
    expect([String(sent), body.code, String(body.status)]).toEqual([status, code, status]);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: `urn:keyward:problem:${code!.toLowerCase().replaceAll('_', '-')}`,
      title: expect.stringMatching(/^[A-Z]/) as string,
      detail: expect.stringMatching(/[.)]$/) as string,
      instance: `urn:keyward:request:${headers['x-request-id']}`,
    });
  });

  it.each(Object.entries(SAMPLES))('has every security header: %s', async (_name, sample) => {
    const { headers } = await sample();
    expect(headers).toMatchObject(LOWER_CASE_HEADERS);
  });

  it('is not kept by any cache, nor is any answer of the API', async () => {
    for (const target of ['GET /v1/nothing', 'GET /v1/rollout', 'GET /v1/integrations', `DELETE ${ORG_KEY}`])
      expect((await api.call(target)).headers['cache-control']).toBe('no-store');
  });

  it('is one of many fields at once, each with its rule', async () => {
    const { body } = await api.call('PUT /v1/organizations/acme/integrations/a~b/key?x=1', {
      body: { secret: 7, reason: 'a\nb', other: 1 },
      headers: { 'if-match': 'x', 'idempotency-key': 'a b' },
    });
    expect((body.violations as { field: string }[]).map(({ field }) => field)).toEqual([
      'integration',
      'x',
      'secret',
      'reason',
      'other',
      'If-Match',
      'Idempotency-Key',
    ]);
    expect(body.detail).toBe('Several fields break a rule; "violations" lists them.');
  });

  it('names at most a hundred of them', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${'x'.repeat(n % 30)}${n}`, n]));
    const { body } = await api.call(`PUT ${ORG_KEY}`, { body: { secret: 'x', ...many } });
    expect(body.violations).toHaveLength(100);
  });

  it.each([
    ['/v1/rollout', 'GET, PUT'],
    [ORG_KEY, 'PUT, DELETE'],
    [`${ORG_KEY}/enable`, 'POST'],
    ['/health/live', 'GET'],
    ['/openapi.json', 'GET'],
  ])('of a method says which there are: %s', async (path, allow) => {
    for (const method of ['PATCH', 'OPTIONS', 'HEAD', 'TRACE']) {
      const { status, headers } = await api.call(`${method} ${path}`);
      expect([status, headers['allow']?.split(', ').sort()]).toEqual([405, allow.split(', ').sort()]);
    }
  });

  it('of a method comes after signing in', async () => {
    const { status, headers } = await api.call('PATCH /v1/rollout', { as: null });
    expect([status, headers['allow']]).toEqual([401, undefined]);
  });

  it('of an address never quotes it', async () => {
    for (const path of [
      '/v1/canary-91',
      '/v1/canary-91%zz',
      '/canary-91',
      `/v1/organizations/canary-91~/integrations`,
    ])
      expect((await api.call(`GET ${path}`)).text).not.toContain('canary-91');
  });

  it('of a parameter beyond all length is one of its rule', async () => {
    const { status, body } = await api.call(`GET /v1/organizations/${'x'.repeat(500)}/integrations`, {
      as: api.token('long', { organizations: { ['x'.repeat(500)]: 'owner' } }),
    });
    expect([status, body.violations[0].field]).toEqual([400, 'org']);
    expect((await api.call(`GET /v1/organizations/${'x'.repeat(2_000)}/integrations`)).body.code).toBe(
      'INVALID_REQUEST',
    );
  });

  it('leaves no trace of what was sent in the log', () => {
    const lines = api.logLines.join('');
    expect(lines).toContain('"status":405');
    for (const sent of ['canary-91', '••••', 'GARBAGE']) expect(lines).not.toContain(sent);
  });

  /** Over a socket, because no client would send it. */
  async function raw(bytes: string): Promise<Answer> {
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(bytes);
    const [head, body] = (await text(socket)).split('\r\n\r\n') as [string, string];
    const [first, ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line): [string, string] => [
        line.split(': ')[0]!.toLowerCase(),
        line.slice(line.indexOf(': ') + 2),
      ]),
    );
    return { status: Number(first!.split(' ')[1]), headers, text: body, body: JSON.parse(body) };
  }
});
