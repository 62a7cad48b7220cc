import { setTimeout as sleep } from 'node:timers/promises';
import type { SeenListings } from '../checker/check-listings.js';
import type { SeenLookup } from '../checker/check-lookups.js';
import type { History } from './history.js';
import type { HttpClient } from './http-client.js';
import type { LookupWorkers } from './lookup-workers.js';
import { ORGANIZATIONS, PROJECTS, type Tokens } from './world.js';

/** All that the read model says, by gRPC and by HTTP, while nothing is written. */
export interface Snapshot {
  readonly answers: readonly SeenLookup[];
  readonly listings: readonly SeenListings[];
}

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly position: string;
}

export async function takeSnapshot(
  { history, tokens, http }: { history: History; tokens: Tokens; http: HttpClient },
  workers: LookupWorkers,
): Promise<Snapshot> {
  const page = async (path: string): Promise<Page> => {
    const url = `/v1/organizations/${path}/integrations?fully_consistent=true`;
    const request = { method: 'GET', path: url, token: tokens.owner };
    for (;;) {
      const { status, body } = await http.send(request);
      if (status === 200) return body as unknown as Page;
      // A loaded machine may not be there in time; whatever else is refused is wrong.
      if (status !== 503) throw new Error(`${url}: ${JSON.stringify(body)}`);
      await sleep(20);
    }
  };
  const listings = ORGANIZATIONS.map(async (organizationId): Promise<SeenListings> => {
    const [organization, ...projects] = await Promise.all([
      page(organizationId),
      ...PROJECTS.map((projectId) => page(`${organizationId}/projects/${projectId}`)),
    ]);
    return {
      organizationId,
      projectIds: PROJECTS,
      place: history.placeOf(organization.position),
      items: organization.items,
      projectItems: projects.map(({ items }) => items),
    };
  });
  const [answers, ...all] = await Promise.all([workers.everything(), ...listings]);
  return { answers, listings: all };
}
