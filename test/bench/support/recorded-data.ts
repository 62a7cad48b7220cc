import { adoptLog } from '../../support/eventstoredb/index.js';
import { DistributedParts } from '../../support/distributed-parts.js';
import { startKeyward, token } from '../../support/standalone.js';
import type { Bench, Fixture } from '../harness/row.js';
import { ORGANIZATION, keyOf } from './bench-keyward.js';
import { RawHttpConnection, type HttpCall } from './raw-http.js';

const INTEGRATIONS = ['openai', 'serpapi', 'pinecone', 'cohere', 'mistral'];
const SLOTS = 1_000;
/** A set leaves two events, so that there are twenty times as many events as slots. */
const SETS_PER_SLOT = 10;
const WRITERS = 64;
/** Of all addresses so many are looked up, spread over all. */
const ADDRESSES = 1_000;

/** An organization whose projects use its keys, half of them their own; its log lies in a stand-in. */
export interface RecordedData {
  readonly parts: DistributedParts;
  readonly slots: number;
  readonly workerToken: string;
  readonly addresses: readonly Address[];
}

export interface Address {
  readonly organizationId: string;
  readonly projectId: string;
  readonly integrationId: string;
}

/** `times` times 1,000 slots and 20,000 events; a tenth of that in a quick run. */
export function recordedData(times: number): Fixture<RecordedData> {
  return {
    async open(bench) {
      const parts = new DistributedParts();
      try {
        const value = await record(bench, parts, (SLOTS * times) / (bench.quick ? 10 : 1));
        await parts.start();
        return { value, close: () => parts.stop() };
      } catch (error) {
        await parts.stop();
        throw error;
      }
    },
  };
}

/** By real commands, to a standalone, which takes them ten times as fast as the apps over a stand-in do. */
async function record(bench: Bench, parts: DistributedParts, slots: number): Promise<RecordedData> {
  const { dataDir, kek, auditKeyFile, logFile } = parts;
  const keyward = await startKeyward(dataDir, {
    KEYWARD_EVENT_STORE: `sqlite:${logFile}`,
    KEYWARD_KEK: kek,
    KEYWARD_AUDIT_SIGNING_KEY_FILE: auditKeyFile,
    KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
    KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  });
  try {
    const root = token(dataDir, '--subject', 'root', '--platform-admin', '--org', `${ORGANIZATION}=admin`);
    const perIntegration = slots / INTEGRATIONS.length;
    const projectIds = Array.from({ length: 2 * perIntegration }, (_, index) => `project-${index}`);
    const sets = slots * SETS_PER_SLOT;
    bench.progress(`recording ${sets} sets of the keys of ${slots} slots`);
    const organization = `organizations/${ORGANIZATION}`;
    const put = (path: string, body: object): HttpCall => ({
      method: 'PUT',
      path: `/v1/${path}`,
      token: root,
      body,
    });
    await send(keyward.httpUrl, 1, [
      put(organization, { name: 'Acme', plan: 'enterprise' }),
      put('rollout', { percentage: 100, include: [], exclude: [] }),
    ]);
    const projects = projectIds.map((id) => put(`${organization}/projects/${id}`, { name: id }));
    await send(keyward.httpUrl, WRITERS, projects);
    // The organization's slot is one of them.
    const own = projectIds.filter((_, index) => index % 2 === 1).slice(1);
    const owners = [organization, ...own.map((id) => `${organization}/projects/${id}`)];
    const paths = INTEGRATIONS.flatMap((integration) =>
      owners.map((owner) => `${owner}/integrations/${integration}/key`),
    );
    for (let turn = 1; turn <= SETS_PER_SLOT; turn += 1) {
      const calls = paths.map((path, n) => put(path, { secret: keyOf(`${turn}-${n}`) }));
      await send(keyward.httpUrl, WRITERS, calls);
    }
    const workerToken = token(dataDir, '--subject', 'worker', '--worker', ORGANIZATION);
    return { parts, slots, workerToken, addresses: spread(addressesOf(projectIds)) };
  } finally {
    await keyward.stop();
    adoptLog(logFile);
  }
}

/** Over so many connections, each call as soon as the one before is answered. */
async function send(httpUrl: string, atOnce: number, calls: readonly HttpCall[]): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    const connection = await RawHttpConnection.open(httpUrl);
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) await connection.call(call);
    connection.close();
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

function addressesOf(projectIds: readonly string[]): Address[] {
  return projectIds.flatMap((projectId) =>
    INTEGRATIONS.map((integrationId) => ({ organizationId: ORGANIZATION, projectId, integrationId })),
  );
}

function spread(addresses: readonly Address[]): Address[] {
  const step = Math.max(1, addresses.length / ADDRESSES);
  const count = Math.min(ADDRESSES, addresses.length);
  return Array.from({ length: count }, (_, index) => addresses[Math.floor(index * step)]!);
}
