import type { Provenance } from '../provenance.js';

export const REFUSALS_PREFIX = 'refusals-';

/** Apart from everything else of the organization: what was refused changed nothing. */
export function refusalsStream(organizationId: string): string {
  return REFUSALS_PREFIX + organizationId;
}

/**
 * Somebody of the organization asked for what policy denies, once or several times within a short while. `occurredAt`
 * is the last time. Names and fields are a storage format: change them only with a new schemaVersion and an upcaster.
 */
export type RequestRefused = {
  readonly type: 'RequestRefused';
  readonly data: Provenance & {
    readonly organizationId: string;
    /** Null where none was named, and where a name was given that no project has. */
    readonly projectId: string | null;
    /** Null where none was named, and where a name was given that the catalogue has not. */
    readonly integrationId: string | null;
    /** What was asked for, as the policy table names it. Null: this counts what was too varied to be told apart. */
    readonly operation: string | null;
    /** The code of the refusal; null where {@link operation} is. */
    readonly code: string | null;
    readonly count: number;
    /** RFC 3339, UTC. */
    readonly firstAt: string;
  };
};
