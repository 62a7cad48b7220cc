import type { SignedHead } from '@keyward/audit';
import { z } from 'zod';

const hash = z.string().describe('64 digits of hexadecimal.');

/** A head of a chain, as docs/audit-format.md has it. */
export const signedHead = z.strictObject({
  head: z.strictObject({
    exportFrom: z.null(),
    format: z.literal('keyward.audit.head.v1'),
    organizationId: z.string().nullable().describe("Whose log; null: the platform's."),
    position: z.string().nullable().describe('Of the last event; null where there is none.'),
    previousHeadHash: hash.nullable().describe('Of the head before it in the chain; null for the first.'),
    rootHash: hash.describe('Of the Merkle tree of the events.'),
    signingKeyId: hash,
    size: z.number().int().describe('Number of events that it vouches for, from the beginning of the log.'),
    storeId: z.string(),
    time: z.string().describe('When it was signed.'),
  }),
  signature: z.string().describe('Ed25519, of the canonical JSON of `head`: 128 digits of hexadecimal.'),
});

/** Head and signature; nothing of what an event's data may have besides. */
export function toSignedHead({ head, signature }: SignedHead): z.output<typeof signedHead> {
  return { head, signature } as z.output<typeof signedHead>;
}

/** Hashes from the leaf, or the smaller tree, to the root. */
export const proof = z
  .array(hash)
  .describe('As RFC 9162 has it, in hexadecimal: docs/audit-format.md says how it is verified.');
export { hash };
