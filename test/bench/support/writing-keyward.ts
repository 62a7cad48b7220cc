import { join } from 'node:path';
import { startKeyward, temporaryDataDir, token, type RunningKeyward } from '../../support/standalone.js';
import { RawHttpConnection } from './raw-http.js';

const INTEGRATIONS = ['serpapi', 'pinecone', 'cohere', 'mistral'];

/** Keyward with organizations to write to. */
export interface WritingKeyward extends RunningKeyward {
  readonly dataDir: string;
  /** The SQLite file of its event log. */
  readonly logFile: string;
  /** Of an admin of all its organizations. */
  readonly token: string;
  readonly organizationIds: readonly string[];
  close(): Promise<void>;
}

/** Without rate limits, and otherwise as it comes. */
export async function startWritingKeyward(organizations: number): Promise<WritingKeyward> {
  const data = temporaryDataDir();
  const running = await startKeyward(data.path, {
    KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
    KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  });
  const close = async (): Promise<void> => {
    await running.stop();
    data.dispose();
  };
  try {
    const organizationIds = Array.from({ length: organizations }, (_, index) => `org-${index}`);
    const grants = organizationIds.flatMap((id) => ['--org', `${id}=admin`]);
    const bearer = token(data.path, '--subject', 'root', '--platform-admin', ...grants);
    const connection = await RawHttpConnection.open(running.httpUrl);
    const put = (path: string, body: object) =>
      connection.call({ method: 'PUT', path: `/v1/${path}`, token: bearer, body });
    await put('rollout', { percentage: 100, include: [], exclude: [] });
    for (const id of organizationIds) await put(`organizations/${id}`, { name: id, plan: 'enterprise' });
    connection.close();
    const dataDir = data.path;
    return {
      ...running,
      dataDir,
      logFile: join(data.path, 'keyward.db'),
      token: bearer,
      organizationIds,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Paths of keys of different slots, for writers that are not to wait for each other. */
export function slotPaths(
  { organizationIds }: Pick<WritingKeyward, 'organizationIds'>,
  count: number,
): string[] {
  const all = INTEGRATIONS.flatMap((integration) => organizationIds.map((id) => keyPath(id, integration)));
  if (all.length < count) throw new Error(`There are ${all.length} slots for ${count} writers.`);
  return all.slice(0, count);
}

export function keyPath(organizationId: string, integrationId: string): string {
  return `/v1/organizations/${organizationId}/integrations/${integrationId}/key`;
}
