import { hash } from 'node:crypto';
import { canonicalJson } from '../canonical/canonical-json.js';
import type { AuditLog } from '../log/audit-log.js';
import type { LogIdentity } from '../log/audited-streams.js';
import type { HeadSigner } from './head-signer.port.js';

export const HEAD_FORMAT = 'keyward.audit.head.v1';

/** What Keyward vouches for: so many events, with this root, at this time. Hashes are lower-case hex. */
export interface Head extends LogIdentity {
  readonly format: typeof HEAD_FORMAT;
  /** Number of events. */
  readonly size: number;
  /** Of the Merkle tree of these events. */
  readonly rootHash: string;
  /** Of the last of these events, as a token; null when there is none. */
  readonly position: string | null;
  /** Hash of the head before it in the chain; null for the first. Two heads after one are a fork. */
  readonly previousHeadHash: string | null;
  /**
   * Null for a head of the chain. Else the head stands at the end of one export, which begins with the event of that
   * index, and no head comes after it.
   */
  readonly exportFrom: number | null;
  /** RFC 3339, UTC, with milliseconds: by Keyward's clock. */
  readonly time: string;
  readonly signingKeyId: string;
}

export interface SignedHead {
  readonly head: Head;
  /** Of {@link headBytes}; 128 digits of lower-case hex. */
  readonly signature: string;
}

export interface HeadToSign {
  readonly log: AuditLog;
  /** {@link headHash} of the last head of the chain. */
  readonly previousHeadHash: string | null;
  readonly time: Date;
  /** For the head that closes an export; see {@link Head.exportFrom}. @defaultValue null */
  readonly exportFrom?: number;
}

/** Signs the log as it is now. A head that was given away must be kept: the next has to name it. */
export async function signHead(signer: HeadSigner, toSign: HeadToSign): Promise<SignedHead> {
  const { log, previousHeadHash, time, exportFrom = null } = toSign;
  const { storeId, organizationId, size, position } = log.state;
  const head: Head = {
    format: HEAD_FORMAT,
    storeId,
    organizationId,
    size,
    rootHash: log.rootHash.toString('hex'),
    position,
    previousHeadHash,
    exportFrom,
    time: time.toISOString(),
    signingKeyId: signer.signingKeyId,
  };
  return { head, signature: (await signer.sign(headBytes(head))).toString('hex') };
}

/** The bytes that are signed. */
export function headBytes(head: Head): Buffer {
  return Buffer.from(canonicalJson({ ...head }));
}

/** What the next head of the chain names. */
export function headHash(head: Head): string {
  return hash('sha256', headBytes(head), 'hex');
}

/** A head's line in an export and in a file of saved heads, without the line break. */
export function headLine({ head, signature }: SignedHead): string {
  return canonicalJson({ head: { ...head }, signature });
}
