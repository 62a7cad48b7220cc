import type { Provenance } from '../provenance.js';

export const KEY_READS_PREFIX = 'keyReads-';

/** One for the whole organization: what is read changes nothing, and there is much of it. */
export function keyReadsStream(organizationId: string): string {
  return KEY_READS_PREFIX + organizationId;
}

/** One version of a key, given to one worker for one project, so and so often. */
export type HandOut = {
  /** Subject of the worker's token. */
  readonly worker: string;
  /** For which project it was asked. */
  readonly projectId: string;
  /** Whose key it is: that project's own, or the organization's. */
  readonly level: 'organization' | 'project';
  readonly integrationId: string;
  readonly keyId: string;
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** How often in which minute, by the minute's begin, such as `2026-03-01T12:05Z`. */
  readonly counts: Readonly<Record<string, number>>;
};

/**
 * What one process handed out of an organization's keys within a while. The actor is Keyward: it is Keyward's own note.
 * Names and fields are a storage format: change them only with a new schemaVersion and an upcaster.
 */
export type KeysHandedOut = {
  readonly type: 'KeysHandedOut';
  readonly data: Provenance & {
    readonly organizationId: string;
    readonly handOuts: readonly HandOut[];
    /** The process died before it could count: each count is the least that it can be. */
    readonly recovered: boolean;
  };
};
