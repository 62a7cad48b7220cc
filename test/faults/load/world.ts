import { setTimeout as sleep } from 'node:timers/promises';
import type { SlotAddress } from '@keyward/domain';
import { token } from '../../support/standalone.js';
import type { ProjectAddress } from '../checker/log-view.js';
import type { HttpClient } from './http-client.js';

/** The few slots over which all clients quarrel. */
export const ORGANIZATIONS = ['alpha', 'beta', 'gamma'] as const;
export const PROJECTS = ['one', 'two', 'three'] as const;
export const INTEGRATIONS = ['serpapi', 'openai', 'anthropic'] as const;

export const ADDRESSES: readonly ProjectAddress[] = ORGANIZATIONS.flatMap((organizationId) =>
  PROJECTS.flatMap((projectId) =>
    INTEGRATIONS.map((integrationId) => ({ organizationId, projectId, integrationId })),
  ),
);

/** Where the HTTP API keeps a slot's key. */
export function keyPath({ organizationId, projectId, integrationId }: SlotAddress): string {
  const project = projectId === null ? '' : `/projects/${projectId}`;
  return `/v1/organizations/${organizationId}${project}/integrations/${integrationId}/key`;
}

export interface Tokens {
  readonly platform: string;
  /** May write every slot. */
  readonly owner: string;
  /** May write none. */
  readonly viewer: string;
  /** By organization. */
  readonly workers: Readonly<Record<string, string>>;
}

export function makeTokens(dataDir: string): Tokens {
  const everywhere = (role: string): string[] => ORGANIZATIONS.flatMap((id) => ['--org', `${id}=${role}`]);
  const projects = ORGANIZATIONS.flatMap((org) => PROJECTS.map((id) => `${org}/${id}=viewer`));
  return {
    platform: token(dataDir, '--subject', 'root', '--platform-admin'),
    owner: token(dataDir, '--subject', 'olga', ...everywhere('owner')),
    viewer: token(dataDir, '--subject', 'victor', ...projects.flatMap((grant) => ['--project', grant])),
    workers: Object.fromEntries(
      ORGANIZATIONS.map((id) => [id, token(dataDir, '--subject', `worker-${id}`, '--worker', id)]),
    ),
  };
}

/** Makes all of the world known to a running Keyward; resolves when the read model has it, or the first to read would be refused. */
export async function register(http: HttpClient, { platform, owner }: Tokens): Promise<void> {
  const put = (path: string, body: object) =>
    http.must({ method: 'PUT', path: `/v1${path}`, token: platform, body });
  await put('/rollout', { percentage: 100, include: [], exclude: [] });
  for (const organizationId of ORGANIZATIONS) {
    await put(`/organizations/${organizationId}`, { name: organizationId, plan: 'enterprise' });
    for (const projectId of PROJECTS) {
      await put(`/organizations/${organizationId}/projects/${projectId}`, { name: projectId });
    }
  }
  const path = `/v1/organizations/${ORGANIZATIONS[0]}/integrations?fully_consistent=true`;
  const read = () => http.send({ method: 'GET', path, token: owner });
  while ((await read()).status !== 200) await sleep(100);
}
