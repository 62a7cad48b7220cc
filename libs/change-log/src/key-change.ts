import type { LogPosition } from '@keyward/contracts';
import type { ChangeKind } from '@keyward/domain';

/** One change, as other services and the broadcaster learn of it. Never key bytes, sealed or not. */
export interface KeyChange {
  /** The event's id: the same change delivered twice has the same. */
  readonly id: string;
  readonly organizationId: string;
  /** Null: the organization's slot. */
  readonly projectId: string | null;
  readonly integrationId: string;
  readonly kind: ChangeKind;
  readonly version: number;
  readonly keyId: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly position: LogPosition;
  /** RFC 3339, UTC. */
  readonly occurredAt: string;
  /** The trace of the request that made the change, if it was traced; see isTraceparent. */
  readonly traceparent?: string;
}
