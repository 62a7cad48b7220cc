import { DESTROYED_KEYS_PREFIX, ROLLOUT_STREAM } from '@keyward/domain';

/** Whose log: an organization's, or with null the platform's, which holds the rollout. */
export interface LogIdentity {
  /** The event log that it is a part of. */
  readonly storeId: string;
  readonly organizationId: string | null;
}

const ORGANIZATION_STREAM = /^(?:organization|project|orgKey|projectKey|destroyedKeys)-([^~]+)(?:~|$)/;

/** What a subscription for all logs asks for (a filter of the event store). */
export const AUDITED_STREAM_PREFIXES: readonly string[] = [
  'organization-',
  'project-',
  'orgKey-',
  'projectKey-',
  DESTROYED_KEYS_PREFIX,
  ROLLOUT_STREAM,
];

/**
 * In whose log a stream's events stand; undefined for what is in none: sealed keys and keyrings, which can be
 * destroyed, and Keyward's notes to itself. The rollout names many organizations, so it is in no organization's log.
 */
export function logOfStream(stream: string): Pick<LogIdentity, 'organizationId'> | undefined {
  if (stream === ROLLOUT_STREAM) return { organizationId: null };
  const organizationId = ORGANIZATION_STREAM.exec(stream)?.[1];
  return organizationId === undefined ? undefined : { organizationId };
}
