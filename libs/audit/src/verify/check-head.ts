import { headBytes, type SignedHead } from '../head/head.js';
import type { TrustedKeys } from '../head/trusted-keys.js';
import type { LogIdentity } from '../log/audited-streams.js';
import type { Fault } from './faults.js';

export function isOfLog(head: LogIdentity, log: LogIdentity): boolean {
  return head.storeId === log.storeId && head.organizationId === log.organizationId;
}

/** Whether a head was signed by somebody who is trusted; the fault if not. */
export function signatureFault(
  { head, signature }: SignedHead,
  trusted: TrustedKeys,
): Pick<Fault, 'code' | 'detail'> | undefined {
  const { signingKeyId } = head;
  if (!trusted.has(signingKeyId)) {
    return {
      code: 'unknown_signing_key',
      detail: `The head is signed by the key ${signingKeyId}, which is not one of the trusted keys.`,
    };
  }
  if (trusted.verify(signingKeyId, headBytes(head), Buffer.from(signature, 'hex'))) return undefined;
  return { code: 'bad_signature', detail: `The signature is not of this head: one of them was altered.` };
}
