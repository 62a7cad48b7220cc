import { authorize, type Principal } from '@keyward/access';
import { KeywardError, comparePositions, type LogPosition } from '@keyward/contracts';
import { findIntegration } from '@keyward/domain';
import type { EventStore } from '@keyward/event-store';
import type { ReadModel } from '@keyward/read-model';
import type { WatchFilter } from '../watching/watcher.js';
import { invalid, type CheckedWatchRequest } from './watch-request.js';

/** Decides who may watch what. */
export class WatchAccess {
  constructor(
    private readonly readModel: Pick<ReadModel, 'status' | 'organization' | 'project'>,
    private readonly store: Pick<EventStore, 'head'>,
  ) {}

  /**
   * What the principal is to be shown of what it asked for. A worker that is narrowed to projects
   * and names none watches its own.
   * @throws KeywardError FORBIDDEN, alike for a foreign and an unknown organization; UNKNOWN_PROJECT,
   * UNKNOWN_INTEGRATION; UNAVAILABLE while the read model is not there or out of reach.
   */
  async check(principal: Principal, request: CheckedWatchRequest): Promise<WatchFilter> {
    const { organizationId, integrationIds } = request;
    const projectIds = projectsWatched(principal, request);
    authorizeAll(principal, organizationId, projectIds);
    for (const id of integrationIds) refuseUnknownIntegration(id);
    await this.refuseUnknown(principal, request).catch(outOfReach('read model'));
    return {
      organizationId,
      projectIds: projectIds && new Set(projectIds),
      integrationIds: integrationIds.length === 0 ? null : new Set(integrationIds),
    };
  }

  /**
   * A position beyond what the broadcaster has reached may just be new; one beyond the log's end is
   * of a log that was since replaced by an older copy, and would wait for ever.
   * @throws KeywardError INVALID_REQUEST; UNAVAILABLE while the log is out of reach
   */
  async refuseFuture(after: LogPosition): Promise<void> {
    const head = await this.store.head().catch(outOfReach('event log'));
    if (comparePositions(after, head) <= 0) return;
    const rule = 'lies beyond the end of the event log: leave it empty, and look everything up again';
    throw invalid([{ field: 'after_position', rule }]);
  }

  private async refuseUnknown(principal: Principal, request: CheckedWatchRequest): Promise<void> {
    const { organizationId, projectIds } = request;
    const { ready } = await this.readModel.status();
    if (!ready) throw notReady();
    const organization = await this.readModel.organization(organizationId);
    // Without a target nobody is allowed: the refusal of a foreign organization, word by word.
    if (organization?.state.registered !== true) authorize('watch', principal);
    const projects = await Promise.all(projectIds.map((id) => this.readModel.project(organizationId, id)));
    const unknown = projects.findIndex((project) => project?.state.status !== 'active');
    if (unknown !== -1) throw unknownProject(projectIds[unknown]!);
  }
}

function projectsWatched(
  { worker }: Principal,
  { projectIds }: CheckedWatchRequest,
): readonly string[] | null {
  return projectIds.length > 0 ? projectIds : (worker?.projectIds ?? null);
}

function authorizeAll(
  principal: Principal,
  organizationId: string,
  projectIds: readonly string[] | null,
): void {
  if (projectIds === null || projectIds.length === 0)
    return authorize('watch', principal, { organizationId });
  for (const projectId of projectIds) authorize('watch', principal, { organizationId, projectId });
}

function refuseUnknownIntegration(id: string): void {
  if (findIntegration(id)) return;
  const detail = `The catalogue has no integration "${id}": GET /v1/integrations lists those there are.`;
  throw new KeywardError('UNKNOWN_INTEGRATION', detail);
}

function unknownProject(id: string): KeywardError {
  const detail = `This organization has no project "${id}", or it is archived: register it first, or check its id.`;
  return new KeywardError('UNKNOWN_PROJECT', detail, { metadata: { projectId: id } });
}

function notReady(): KeywardError {
  const detail = 'The read model is still being built: try again.';
  return new KeywardError('UNAVAILABLE', detail, { retryAfterSeconds: 1 });
}

/** Nothing is known then about what was asked. The part's own error may name hosts and stays inside. */
function outOfReach(part: 'read model' | 'event log'): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof KeywardError) throw cause;
    throw new KeywardError('UNAVAILABLE', `The ${part} is out of reach: try again.`, {
      retryAfterSeconds: 1,
      cause,
    });
  };
}
