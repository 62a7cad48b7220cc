import { maskFromLastFour } from '@keyward/contracts';
import { CREDENTIAL_KINDS, type SlotKey } from '@keyward/domain';
import { z } from 'zod';

/** All that is shown of a key, and never the key. */
export interface KeyFacts {
  readonly keyId: string;
  readonly version: number;
  readonly mask: string;
  readonly fingerprint: string;
  readonly credentialKind: string;
  readonly setAt: string;
  readonly setBy: string;
}

export const keyFactsFields = {
  keyId: z.string(),
  version: z.int(),
  mask: z.string().describe('What is shown in place of the key.'),
  fingerprint: z.string().describe('Equal for equal keys of one organization.'),
  credentialKind: z.enum(CREDENTIAL_KINDS as readonly [string, ...string[]]),
  setAt: z.string().describe('RFC 3339, UTC.'),
  setBy: z.string(),
};

export const keyFactsSchema = z.strictObject(keyFactsFields);

export function keyFacts({
  keyId,
  version,
  lastFour,
  fingerprint,
  credentialKind,
  setAt,
  setBy,
}: SlotKey): KeyFacts {
  return { keyId, version, mask: maskFromLastFour(lastFour), fingerprint, credentialKind, setAt, setBy };
}
