import { bearerToken, type Principal, type TokenVerifier } from '@keyward/access';
import { comparePositions, type WatchRequest__Output } from '@keyward/contracts';
import type { WatchHub, WatchOrder } from '../watching/watch-hub.js';
import type { WatchAccess } from './watch-access.js';
import { checkWatchRequest } from './watch-request.js';

export interface WatchServiceParts {
  readonly storeId: string;
  readonly hub: WatchHub;
  readonly access: WatchAccess;
  readonly tokens: TokenVerifier;
}

/** The use case: from a request and a token to what the hub is asked for. */
export class WatchService {
  constructor(private readonly parts: WatchServiceParts) {}

  /** @throws KeywardError what the proto says of Watch */
  async admit(request: WatchRequest__Output, authorization: string | undefined): Promise<WatchOrder> {
    const { storeId, hub, access } = this.parts;
    const principal = await this.identify(authorization);
    const checked = checkWatchRequest(storeId, request);
    const filter = await access.check(principal, checked);
    const { after } = checked;
    if (after !== null && comparePositions(after, hub.window.watermark) > 0) await access.refuseFuture(after);
    return { subject: principal.subject, filter, after, expiresAt: principal.expiresAt };
  }

  private async identify(authorization: string | undefined): Promise<Principal> {
    const { tokens } = this.parts;
    const token = bearerToken(authorization);
    return tokens.verifyCached(token) ?? tokens.verify(token);
  }
}
