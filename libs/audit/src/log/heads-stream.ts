import { isId } from '@keyward/domain';
import type { LogIdentity } from './audited-streams.js';

/** How the names of the streams that hold the chains of heads begin. */
export const HEADS_STREAM_PREFIX = 'auditHeads-';

/** The one type of event there. Its data is a `SignedHead`, and its revision the head's number in the chain. */
export const HEAD_SIGNED = 'AuditHeadSigned';

/** No organization's id can have this letter. */
const PLATFORM = '~platform';

/** Where the heads of a log are kept, one after the other. */
export function headsStream(organizationId: string | null): string {
  return HEADS_STREAM_PREFIX + (organizationId ?? PLATFORM);
}

/** Whose heads a stream holds; undefined when it holds none. */
export function logOfHeadsStream(stream: string): Pick<LogIdentity, 'organizationId'> | undefined {
  if (!stream.startsWith(HEADS_STREAM_PREFIX)) return undefined;
  const owner = stream.slice(HEADS_STREAM_PREFIX.length);
  if (owner === PLATFORM) return { organizationId: null };
  return isId(owner) ? { organizationId: owner } : undefined;
}
