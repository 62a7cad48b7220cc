import type { KeyChange } from '@keyward/change-log';
import { comparePositions, encodePosition, type LogPosition, type WatchResponse } from '@keyward/contracts';
import type { ChangeKind } from '@keyward/domain';
import type { WindowEntry } from '../window/window-entry.js';

const KINDS = {
  set: 'KIND_SET',
  removed: 'KIND_REMOVED',
  disabled: 'KIND_DISABLED',
  enabled: 'KIND_ENABLED',
} as const satisfies Record<ChangeKind, string>;

/** Makes what is sent to watchers. What many of them get is one object. */
export class WatchMessages {
  private lastHeartbeat: { readonly through: LogPosition; readonly message: WatchResponse } | undefined;

  constructor(private readonly storeId: string) {}

  heartbeat(through: LogPosition): WatchResponse {
    if (!this.lastHeartbeat || comparePositions(this.lastHeartbeat.through, through) !== 0) {
      const message = { changesThrough: encodePosition(this.storeId, through), heartbeat: {} };
      this.lastHeartbeat = { through, message };
    }
    return this.lastHeartbeat.message;
  }

  reset(through: LogPosition): WatchResponse {
    return { changesThrough: encodePosition(this.storeId, through), reset: {} };
  }

  /** @param through - how far the watcher said it was, if it is further than the entry */
  change(entry: WindowEntry, affected: readonly string[], through: LogPosition): WatchResponse {
    const { change } = entry;
    if (comparePositions(through, entry.through) > 0) return this.makeChange(change, affected, through);
    return entry.message(affected, () => this.makeChange(change, affected, entry.through));
  }

  private makeChange(change: KeyChange, affected: readonly string[], through: LogPosition): WatchResponse {
    return {
      changesThrough: encodePosition(this.storeId, through),
      change: {
        organizationId: change.organizationId,
        projectId: change.projectId ?? '',
        integrationId: change.integrationId,
        kind: KINDS[change.kind],
        version: change.version,
        keyId: change.keyId,
        affectedProjectIds: [...affected],
        position: encodePosition(this.storeId, change.position),
      },
    };
  }
}
