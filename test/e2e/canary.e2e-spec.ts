import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CANARY_MARK, Canaries, scan, type Finding } from '../support/canary-scan.js';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../support/standalone.js';
import { WatchStream, keyChangesOf } from '../support/watch-stream.js';
import { METHODS, plantInCalls } from './canary/plant-grpc.js';
import { plantIn, plantRaw, type OpenApi, type PlantedRequest } from './canary/plant-http.js';
import { Wire, type WireRequest } from './canary/wire.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const LIMITS_OFF = {
  KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
  KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  KEYWARD_RATE_LIMIT_FAILED_SIGN_IN: '0',
};

/**
 * Keys are planted in every place where a caller can write one; then everything that Keyward keeps,
 * prints and answers is searched for them in every encoding.
 */
describe('A key', () => {
  const data = temporaryDataDir();
  const canaries = new Canaries();
  let keyward: RunningKeyward;
  let wire: Wire;
  let platform: string;
  let owner: string;
  let worker: string;
  let document: OpenApi;

  const as = (bearer: string | null, { headers, ...request }: WireRequest): WireRequest => ({
    ...request,
    headers: { ...(bearer !== null && { Authorization: `Bearer ${bearer}` }), ...headers },
  });
  const must = async (bearer: string, method: string, path: string, body?: object): Promise<Buffer> => {
    const json = body && { headers: JSON_TYPE, body: JSON.stringify(body) };
    const { status, bytes } = await wire.send(as(bearer, { method, path: `/v1${path}`, ...json }));
    if (status >= 300) throw new Error(`${method} ${path}: ${bytes.toString()}`);
    return bytes;
  };
  const register = async (): Promise<void> => {
    await must(platform, 'PUT', '/organizations/acme', { name: 'Acme', plan: 'enterprise' });
    await must(platform, 'PUT', '/organizations/free', { name: 'Free', plan: 'free' });
    await must(platform, 'PUT', '/rollout', { percentage: 0, include: ['acme'], exclude: [] });
    await must(platform, 'PUT', '/organizations/acme/projects/website', { name: 'Website' });
  };
  /** What stays behind: the files, the log, what other users of the machine can see of the process. */
  const scanRemains = (): Finding[] => [
    ...readdirSync(data.path).flatMap((file) => scan(`file ${file}`, readFileSync(join(data.path, file)))),
    ...scan('log', keyward.output()),
    ...['cmdline', 'environ'].flatMap((file) => scan(file, readFileSync(`/proc/${keyward.pid}/${file}`))),
  ];
  const openWatch = async () => {
    const channel = keyChangesOf(keyward.grpcTarget);
    const watch = new WatchStream(channel, { organizationId: 'acme' }, worker);
    await watch.opened();
    return {
      close: async (): Promise<Finding[]> => {
        watch.cancel();
        const end = await watch.ended;
        channel.close();
        return scan('watch', JSON.stringify([watch.messages, end]));
      },
    };
  };

  beforeAll(async () => {
    keyward = await startKeyward(data.path, {
      ...LIMITS_OFF,
      KEYWARD_LOG_LEVEL: 'trace',
      KEYWARD_LOG_FORMAT: 'json',
    });
    wire = new Wire(keyward.httpUrl);
    platform = token(data.path, '--subject', 'root', '--platform-admin');
    owner = token(data.path, '--subject', 'olga', '--org', 'acme=owner', '--org', 'free=owner');
    worker = token(data.path, '--subject', 'worker', '--worker', 'acme');
    await register();
    document = (await (await fetch(`${keyward.httpUrl}/openapi.json`)).json()) as OpenApi;
  }, 90_000);

  afterAll(async () => {
    await keyward.stop();
    data.dispose();
  });

  it('that is set, replaced, switched off and on, overridden and removed shows nowhere', async () => {
    const watch = await openWatch();
    const findings: Finding[] = [];
    const key = '/organizations/acme/integrations/serpapi/key';
    const write = async (method: string, path: string, body?: object): Promise<void> => {
      findings.push(...scan(`${method} ${path}`, await must(owner, method, path, body)));
    };
    await write('PUT', key, { secret: canaries.key() });
    await write('PUT', key, { secret: canaries.key(), reason: 'rotation' });
    await write('POST', `${key}/disable`);
    await write('POST', `${key}/enable`);
    await write('PUT', '/organizations/acme/projects/website/integrations/serpapi/key', {
      secret: canaries.key(),
    });
    const account = JSON.stringify({ type: 'service_account', private_key: canaries.key() }, null, 2);
    await write('PUT', '/organizations/acme/integrations/gmail/key', {
      secret: account,
      credentialKind: 'service_account',
    });
    await write('PUT', '/organizations/acme/integrations/openai/key', { secret: canaries.key() });
    await write('DELETE', '/organizations/acme/integrations/openai/key');
    for (const path of ['/integrations', '/projects/website/integrations'])
      await write('GET', `/organizations/acme${path}?fully_consistent=true`);
    await write('GET', '/organizations/acme/projects/website/integrations/serpapi/effective-key');
    expect([...findings, ...(await watch.close()), ...scanRemains()]).toEqual([]);
  }, 60_000);

  it('that is given to the command line shows nowhere', () => {
    const args = ['bin/keyward.mjs', '--url', keyward.httpUrl, 'key', 'set', 'acme', 'serpapi'];
    const env = { PATH: process.env['PATH'], KEYWARD_TOKEN: owner };
    const run = (...more: string[]): string =>
      execFileSync(process.execPath, [...args, ...more], { env, input: canaries.key(), encoding: 'utf8' });
    expect([
      ...scan('command line', run()),
      ...scan('command line', run('--json')),
      ...scanRemains(),
    ]).toEqual([]);
  }, 60_000);

  it('that is planted in any part of any request over HTTP shows nowhere', async () => {
    const planted = plantIn(document, canaries);
    const findings: Finding[] = [];
    const statuses: number[] = [];
    const plant = async (bearer: string | null, request: PlantedRequest): Promise<void> => {
      const { status, bytes } = await wire.send(as(bearer, request));
      statuses.push(status);
      findings.push(...scan(request.name, bytes));
    };
    let route = '';
    for (const request of planted) {
      // What the route before did with its good parts must not keep this one from being reached.
      if (request.route !== route) await register();
      route = request.route;
      for (const bearer of [registers(request) ? owner : platform, owner, null]) await plant(bearer, request);
    }
    for (const text of plantRaw(canaries))
      findings.push(...scan(`raw ${text.slice(0, 40)}`, await wire.raw(text)));
    for (const path of ['/metrics', '/openapi.json', '/docs', '/health/ready'])
      findings.push(...scan(path, (await wire.send({ method: 'GET', path })).bytes));
    expect([...findings, ...scanRemains()]).toEqual([]);
    expectVariety(document, statuses);
  }, 300_000);

  it('that is planted in any part of any call over gRPC shows nowhere', async () => {
    const watch = await openWatch();
    const calls = await plantInCalls(keyward.grpcTarget, worker, canaries);
    expect(calls.length).toBeGreaterThan(METHODS.length * 8);
    const findings = calls.flatMap(({ name, bytes }) => scan(name, bytes));
    expect([...findings, ...(await watch.close()), ...scanRemains()]).toEqual([]);
  }, 120_000);

  it('would be found in each of these places, were it there', async () => {
    // Where text is meant to be kept and shown, a canary is: as actor, reason, and id of a project.
    const marked = canaries.word();
    await must(platform, 'PUT', `/organizations/acme/projects/${marked}`, { name: 'Marked' });
    const watch = await openWatch();
    const actor = token(data.path, '--subject', marked, '--org', 'acme=owner');
    const path = `/organizations/acme/projects/${marked}/integrations/serpapi/key`;
    await must(actor, 'PUT', path, { secret: 'a key that is no canary' });
    const listing = await must(
      owner,
      'GET',
      `/organizations/acme/projects/${marked}/integrations?fully_consistent=true`,
    );
    expect(scan('body', listing)).not.toEqual([]);
    const places = [...(await watch.close()), ...scanRemains()].map(({ place }) => place);
    expect(places).toEqual(expect.arrayContaining(['watch', 'file keyward.db-wal', 'log']));

    const sleeper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', CANARY_MARK], {
      env: { PATH: process.env['PATH'], KEY: CANARY_MARK },
    });
    await new Promise((resolve) => sleeper.once('spawn', resolve));
    for (const file of ['cmdline', 'environ'])
      expect(scan(file, readFileSync(`/proc/${sleeper.pid}/${file}`))).not.toEqual([]);
    sleeper.kill('SIGKILL');
  }, 60_000);
});

/** A well-formed id in the path of these is no mistake to a platform admin: it is registered. */
function registers({ method, path }: PlantedRequest): boolean {
  return method === 'PUT' && path.includes(CANARY_MARK) && !path.includes('/integrations/');
}

/** Shows that the requests got everywhere: a scan of nothing but refusals at the door would prove little. */
function expectVariety({ paths }: OpenApi, statuses: readonly number[]): void {
  const routes = Object.values(paths).flatMap((methods) => Object.keys(methods));
  expect(statuses.length).toBeGreaterThan(routes.length * 60);
  expect(statuses).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 412, 413, 415, 422]));
  expect(statuses).not.toContain(500);
  process.stderr.write(`canaries in ${statuses.length} HTTP requests to ${routes.length} routes\n`);
}
