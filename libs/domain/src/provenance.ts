import type { ExpectedVersion } from './expected-version.js';

/** In which role somebody did something. `keyward`: nobody asked, Keyward did it by itself. */
export type ActorKind =
  | 'keyward'
  | 'platform_admin'
  | 'organization_owner'
  | 'organization_admin'
  | 'organization_member'
  | 'project_admin'
  | 'project_editor'
  | 'project_viewer'
  | 'worker';

/** Who did it, when and why: part of every event's data, because an audit reads events and nothing else. */
export type Provenance = {
  /** Subject of the token that asked. */
  readonly actor: string;
  /** The role that allowed it; of what was refused, the one that did not. Events of before it was recorded do not have it. */
  readonly actorKind?: ActorKind | null;
  /** RFC 3339, UTC. For people; order comes from positions. */
  readonly occurredAt: string;
  readonly reason: string | null;
  /** The caller's Idempotency-Key, if one came. */
  readonly idempotencyKey: string | null;
  /** Keyed digest of the request's body, to tell a repeat from another request under the same key. */
  readonly requestDigest: string | null;
  /** The caller's If-Match. Events of before it was recorded do not have it. */
  readonly expectedVersion?: ExpectedVersion;
};
