import { bearerToken, type Principal, type TokenVerifier } from '@keyward/access';
import { KeywardError, comparePositions, type WatchRequest__Output } from '@keyward/contracts';
import type { Refusal, Refusals } from '@keyward/refusals';
import type { WatchHub, WatchOrder } from '../watching/watch-hub.js';
import type { WatchAccess } from './watch-access.js';
import type { WatchFilter } from '../watching/watcher.js';
import { checkWatchRequest, type CheckedWatchRequest } from './watch-request.js';

export interface WatchServiceParts {
  readonly storeId: string;
  readonly hub: WatchHub;
  readonly access: WatchAccess;
  readonly tokens: TokenVerifier;
  readonly refusals: Pick<Refusals, 'note'>;
}

/** The use case: from a request and a token to what the hub is asked for. */
export class WatchService {
  constructor(private readonly parts: WatchServiceParts) {}

  /** @throws KeywardError what the proto says of Watch */
  async admit(request: WatchRequest__Output, authorization: string | undefined): Promise<WatchOrder> {
    const { storeId, hub, access } = this.parts;
    const principal = await this.identify(authorization);
    const checked = checkWatchRequest(storeId, request);
    const filter = await this.check(principal, checked);
    const { after } = checked;
    if (after !== null && comparePositions(after, hub.window.watermark) > 0) await access.refuseFuture(after);
    return { subject: principal.subject, filter, after, expiresAt: principal.expiresAt };
  }

  private async check(principal: Principal, checked: CheckedWatchRequest): Promise<WatchFilter> {
    const { access, refusals } = this.parts;
    try {
      return await access.check(principal, checked);
    } catch (error) {
      if (error instanceof KeywardError) refusals.note(refusalOf(principal, checked, error));
      throw error;
    }
  }

  private async identify(authorization: string | undefined): Promise<Principal> {
    const { tokens } = this.parts;
    const token = bearerToken(authorization);
    return tokens.verifyCached(token) ?? tokens.verify(token);
  }
}

/** Of several projects it is not said which one is not the worker's. */
function refusalOf(
  principal: Principal,
  { organizationId, projectIds, integrationIds }: CheckedWatchRequest,
  { code, metadata }: KeywardError,
): Refusal {
  const only = (ids: readonly string[]) => (ids.length === 1 ? ids[0] : undefined);
  const projectId = metadata['projectId'] ?? only(projectIds);
  const target = { organizationId, projectId, integrationId: only(integrationIds) };
  return { principal, operation: 'watch', target, code };
}
