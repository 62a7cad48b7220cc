import { DOMAIN_STREAM_PREFIXES, streamOwner } from '@keyward/domain';

/** Whose log: an organization's, or with null the platform's, which holds the rollout. */
export interface LogIdentity {
  /** The event log that it is a part of. */
  readonly storeId: string;
  readonly organizationId: string | null;
}

/** What a subscription for all logs asks for (a filter of the event store). */
export const AUDITED_STREAM_PREFIXES = DOMAIN_STREAM_PREFIXES;

/** How the names of the streams of one log begin; some of other logs may begin so too. */
export function streamPrefixesOf(organizationId: string | null): readonly string[] {
  if (organizationId !== null) return AUDITED_STREAM_PREFIXES.map((prefix) => prefix + organizationId);
  return AUDITED_STREAM_PREFIXES.filter((prefix) => logOfStream(prefix)?.organizationId === null);
}

/**
 * In whose log a stream's events stand; undefined for what is in none: sealed keys and keyrings, which can be
 * destroyed, and Keyward's notes to itself. The rollout names many organizations, so it is in no organization's log.
 */
export function logOfStream(stream: string): Pick<LogIdentity, 'organizationId'> | undefined {
  const owner = streamOwner(stream);
  return owner && { organizationId: owner.organizationId };
}
