import { append, by } from '@keyward/history/testing';
import { Refusals } from '@keyward/refusals';
import { ApiFixture } from '../../testing/api-fixture.js';
import { KEY_A } from '../../testing/writes.js';

const ORG = '/v1/organizations/acme';
const keyOf = (project: string) => `${ORG}/projects/${project}/integrations/serpapi/key`;

interface Told {
  readonly event: string;
  readonly data: { readonly position: string; readonly kind?: string; readonly projectId?: string | null };
}

/** A caller that reads as events come. */
class Listener {
  readonly told: Told[] = [];
  isOver = false;
  private readonly stop = new AbortController();

  async open(url: string, token: string): Promise<Response> {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, signal: this.stop.signal });
    void this.read(response).catch(() => undefined);
    return response;
  }

  close(): void {
    this.stop.abort();
  }

  private async read({ body }: Response): Promise<void> {
    let text = '';
    for await (const bytes of body!.pipeThrough(new TextDecoderStream())) {
      const parts = (text + bytes).split('\n\n');
      text = parts.pop()!;
      for (const part of parts) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        if (event) this.told.push({ event, data: JSON.parse(data!) as Told['data'] });
      }
    }
    this.isOver = true;
  }
}

describe('The changes of an organization', () => {
  let api: ApiFixture;
  let url: string;
  let listeners: Listener[];

  beforeAll(async () => {
    api = await ApiFixture.start();
    await api.app.listen(0, '127.0.0.1');
    url = await api.app.getUrl();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    listeners = [];
    await api.withAcme();
    await api.must(`PUT ${ORG}/projects/mobile`, { as: api.admin, body: { name: 'Mobile' } });
  });
  afterEach(() => listeners.forEach((listener) => listener.close()));

  const listen = async (path = '', token = api.owner): Promise<Listener> => {
    const listener = new Listener();
    listeners.push(listener);
    const response = await listener.open(`${url}/v1/organizations/${api.acme}${path}/changes`, token);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    return listener;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const changes = ({ told }: Listener) =>
    told.flatMap(({ event, data }) => (event === 'change' ? [[data.kind, data.projectId]] : []));

  it('are no requests that policy refused', async () => {
    const viewer = api.token('victor', { projects: { 'acme/website': 'viewer' } });
    const listeners = [await listen(), await listen('/projects/mobile')];
    await api.call(`DELETE ${keyOf('mobile')}`, { as: viewer });
    await api.app.get(Refusals).flush();
    await api.must(`PUT ${keyOf('mobile')}`, { body: { secret: KEY_A } });
    for (const listener of listeners) {
      await until(() => changes(listener).length > 0);
      expect(changes(listener)).toEqual([['set', 'mobile']]);
    }
  });

  it('are told as they come, each with when lookups see it, and never with a key', async () => {
    const listener = await listen();
    const set = await api.must(`PUT ${ORG}/integrations/serpapi/key`, { body: { secret: KEY_A } });
    const removed = await api.must(`DELETE ${ORG}/integrations/serpapi/key`);
    await until(() => listener.told.filter(({ event }) => event === 'applied').length === 2);
    expect(listener.told[0]).toMatchObject({ event: 'ready', data: { position: expect.any(String) } });
    const positions = [set, removed].map(({ body }) => body.position as string);
    for (const kind of ['change', 'applied'])
      expect(listener.told.filter(({ event }) => event === kind).map(({ data }) => data.position)).toEqual(
        positions,
      );
    expect(changes(listener)).toEqual([
      ['set', null],
      ['removed', null],
    ]);
    expect(JSON.stringify(listener.told)).not.toContain(KEY_A);
  });

  it('are told from the hand-outs of keys, which change nothing', async () => {
    const listener = await listen();
    await append(api.events, by('worker-1').wasGiven(api.acme, {}));
    await until(() => listener.told.length === 2);
    expect(listener.told[1]).toEqual({ event: 'used', data: { position: expect.any(String) } });
  });

  it('are told to a project as far as they concern it', async () => {
    const viewer = api.token('vic', { projects: { 'acme/website': 'viewer' } });
    const listener = await listen('/projects/website', viewer);
    await api.must(`PUT ${keyOf('mobile')}`, { body: { secret: KEY_A } });
    await api.must(`PUT ${ORG}/integrations/serpapi/key`, { body: { secret: KEY_A } });
    await api.must(`PUT ${keyOf('website')}`, { body: { secret: KEY_A } });
    await until(() => changes(listener).length === 2);
    expect(changes(listener)).toEqual([
      ['set', null],
      ['set', 'website'],
    ]);
  });

  it('are told of no other organization, but of the rollout, which concerns each', async () => {
    const listener = await listen();
    await api.must('PUT /v1/organizations/globex', { as: api.admin, body: { name: 'Globex', plan: 'free' } });
    await api.must('PUT /v1/rollout', { as: api.admin, body: { percentage: 50, include: [], exclude: [] } });
    await until(() => changes(listener).length === 1);
    expect(changes(listener)).toEqual([['rollout_changed', null]]);
  });

  it('are refused to whoever has too many open already, until one is closed', async () => {
    for (let n = 0; n < 20; n++) await listen();
    const call = () => api.call(`GET ${ORG}/changes`);
    expect(await call()).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    listeners[0]!.close();
    for (;;) {
      const again = new Listener();
      listeners.push(again);
      const { status } = await again.open(`${url}/v1/organizations/${api.acme}/changes`, api.owner);
      if (status === 200) break;
    }
  });

  it('end with the token', async () => {
    const soon = new Date(Date.now() + 300);
    const token = api.tokens.issue('olivia', { organizations: { [api.acme]: 'owner' } }, soon);
    const listener = await listen('', token);
    await until(() => listener.isOver);
    expect(listener.told.map(({ event }) => event)).toEqual(['ready']);
  });

  it('end when the server stops', async () => {
    const other = await ApiFixture.start({ events: api.events });
    await other.app.listen(0, '127.0.0.1');
    const listener = new Listener();
    const token = other.tokens.issue('olivia', { organizations: { [api.acme]: 'owner' } });
    await listener.open(`${await other.app.getUrl()}/v1/organizations/${api.acme}/changes`, token);
    await until(() => listener.told.length === 1);
    await other.close();
    await until(() => listener.isOver);
  });
});
