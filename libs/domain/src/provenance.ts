/** Who did it, when and why: part of every event's data, because an audit reads events and nothing else. */
export type Provenance = {
  /** Subject of the token that asked. */
  readonly actor: string;
  /** RFC 3339, UTC. For people; order comes from positions. */
  readonly occurredAt: string;
  readonly reason: string | null;
  /** The caller's Idempotency-Key, if one came. */
  readonly idempotencyKey: string | null;
  /** Keyed digest of the request's body, to tell a repeat from another request under the same key. */
  readonly requestDigest: string | null;
};
