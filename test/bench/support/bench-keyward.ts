import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../../support/standalone.js';
import type { Fixture } from '../harness/row.js';

export const ORGANIZATION = 'acme';
export const INTEGRATION = 'openai';
export const PROJECTS = 100;

/** What a worker meets: a hundred projects that use the organization's key, half of them their own. */
export interface Filled {
  readonly projectIds: readonly string[];
  readonly workerToken: string;
  /** Sets the organization's key; resolves when that is acknowledged. */
  setOrganizationKey(secret: string): Promise<void>;
}

export type BenchKeyward = RunningKeyward & Filled;

/** The whole of Keyward in a process of its own, filled by real commands. */
export const keyward: Fixture<BenchKeyward> = keywardWith({});

/** The same with more settings. */
export function keywardWith(settings: Readonly<Record<string, string>>): Fixture<BenchKeyward> {
  return {
    async open(bench) {
      bench.progress('starting Keyward and filling it');
      const data = temporaryDataDir();
      const running = await startKeyward(data.path, {
        KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
        KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
        NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '',
        ...settings,
      });
      const close = async (): Promise<void> => {
        await running.stop();
        data.dispose();
      };
      try {
        return { value: await fill(running, data.path), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

async function fill(running: RunningKeyward, dataDir: string): Promise<BenchKeyward> {
  return { ...running, ...(await fillOver(running.httpUrl, dataDir)) };
}

/** Makes the organization, its projects and their keys. @param dataDir where the local issuer's key lies */
export async function fillOver(httpUrl: string, dataDir: string): Promise<Filled> {
  const root = token(dataDir, '--subject', 'root', '--platform-admin', '--org', `${ORGANIZATION}=admin`);
  const put = (path: string, body: object): Promise<void> => send(httpUrl, root, path, body);
  const organization = `organizations/${ORGANIZATION}`;
  const slot = `integrations/${INTEGRATION}/key`;
  await put(organization, { name: 'Acme', plan: 'enterprise' });
  await put('rollout', { percentage: 100, include: [], exclude: [] });
  const projectIds = Array.from({ length: PROJECTS }, (_, index) => `project-${index}`);
  await Promise.all(projectIds.map((id) => put(`${organization}/projects/${id}`, { name: id })));
  const setOrganizationKey = (secret: string): Promise<void> => put(`${organization}/${slot}`, { secret });
  await setOrganizationKey(keyOf('organization'));
  const own = projectIds.filter((_, index) => index % 2 === 1);
  await Promise.all(own.map((id) => put(`${organization}/projects/${id}/${slot}`, { secret: keyOf(id) })));
  const workerToken = token(dataDir, '--subject', 'worker', '--worker', ORGANIZATION);
  return { projectIds, workerToken, setOrganizationKey };
}

/** A key like a vendor's: 51 characters. */
export function keyOf(name: string): string {
  return `sk-${name}-`.padEnd(51, '0123456789abcdefghijklmnopqrstuvwxyz');
}

async function send(httpUrl: string, bearer: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${httpUrl}/v1/${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`PUT ${path} answered ${response.status}: ${text}`);
}
