import type { KeyChangesClient } from '@keyward/contracts';
import type { OpenWatch } from './watch-opener.port.js';

/** What a watch covers. Left out: all that the worker may see. */
export interface WatchScope {
  readonly projectIds?: readonly string[];
  readonly integrationIds?: readonly string[];
}

export function watchOpener(client: KeyChangesClient, organizationId: string, scope: WatchScope): OpenWatch {
  const projectIds = [...(scope.projectIds ?? [])];
  const integrationIds = [...(scope.integrationIds ?? [])];
  return (afterPosition, token) => {
    const stream = client.watch({ organizationId, projectIds, integrationIds, afterPosition }, token);
    // A stream that is cancelled while nobody reads it still reports the cancellation.
    stream.on('error', () => undefined);
    return stream;
  };
}
