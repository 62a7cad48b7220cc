import type { ChangeMessage__Output, WatchResponse__Output } from '@keyward/contracts';

interface Progress {
  /** Everything up to and with this position has been told. Keep it to resume with it, as `afterPosition`. */
  readonly changesThrough: string;
}

/** A slot changed. */
export interface ChangeEvent extends Progress {
  readonly kind: 'change';
  readonly change: 'set' | 'removed' | 'disabled' | 'enabled' | 'other';
  readonly organizationId: string;
  /** Undefined: the organization's slot, which every project without a key of its own uses. */
  readonly projectId: string | undefined;
  readonly integrationId: string;
  readonly version: number;
  readonly keyId: string;
  /** Of the projects that the watch named, those whose effective key may have altered. */
  readonly affectedProjectIds: readonly string[];
  /** Look up at least as fresh as this. */
  readonly position: string;
}

/** Changes may have been missed: forget every answer and look up again. */
export interface ResetEvent extends Progress {
  readonly kind: 'reset';
}

/** Nothing changed; the watch is alive. */
export interface HeartbeatEvent extends Progress {
  readonly kind: 'heartbeat';
}

export type WatchEvent = ChangeEvent | ResetEvent | HeartbeatEvent;

const CHANGES: Readonly<Record<string, ChangeEvent['change']>> = {
  KIND_SET: 'set',
  KIND_REMOVED: 'removed',
  KIND_DISABLED: 'disabled',
  KIND_ENABLED: 'enabled',
};

/** A message without any event that this client knows still says how far the watch is. */
export function toWatchEvent(message: WatchResponse__Output): WatchEvent {
  const { changesThrough } = message;
  if (message.event === 'change' && message.change) return toChange(message.change, changesThrough);
  return { kind: message.event === 'reset' ? 'reset' : 'heartbeat', changesThrough };
}

function toChange(change: ChangeMessage__Output, changesThrough: string): ChangeEvent {
  return {
    kind: 'change',
    change: CHANGES[change.kind] ?? 'other',
    organizationId: change.organizationId,
    projectId: change.projectId || undefined,
    integrationId: change.integrationId,
    version: change.version,
    keyId: change.keyId,
    affectedProjectIds: change.affectedProjectIds,
    position: change.position,
    changesThrough,
  };
}
