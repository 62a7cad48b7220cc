import { hash } from 'node:crypto';

/**
 * A place in the event log. Two numbers because EventStoreDB has two: where the commit lies and
 * where the record was prepared. In the SQLite log both are the same counter.
 */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** Before the first event of any log. */
export const START_OF_LOG: LogPosition = { commit: 0n, prepare: 0n };

/** Negative when `a` is before `b`, zero when they are the same place, positive when after. */
export function comparePositions(a: LogPosition, b: LogPosition): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}

/** Why a position token was refused; the caller adds which field it stood in. */
export class InvalidPositionError extends Error {
  readonly code = 'INVALID_REQUEST';

  constructor(readonly problem: 'malformed' | 'foreign') {
    super(
      problem === 'malformed'
        ? 'is not a position that Keyward handed out: pass one back exactly as it was received'
        : 'is a position of another event log: use positions only with the Keyward that handed them out',
    );
  }
}

const FORMAT = '1';
const CHECKSUM_BYTES = 4;

/**
 * The consistency token: opaque to callers, base64url of format, store, commit, prepare and a
 * checksum. The store's id is in it so that a token of another log (or of a log that was replaced)
 * is refused instead of being compared with numbers it has nothing to do with. The checksum catches
 * truncation and typing errors; it is no signature, because a position grants nothing.
 */
export function encodePosition(storeId: string, position: LogPosition): string {
  const body = `${FORMAT}:${storeId}:${position.commit}:${position.prepare}`;
  return Buffer.concat([Buffer.from(body, 'utf8'), checksum(body)]).toString('base64url');
}

/** @throws InvalidPositionError when the token is malformed or belongs to another store. */
export function decodePosition(storeId: string, token: string): LogPosition {
  const bytes = Buffer.from(token, 'base64url');
  if (token.length > 256 || bytes.length <= CHECKSUM_BYTES || bytes.toString('base64url') !== token) {
    throw new InvalidPositionError('malformed');
  }
  const body = bytes.subarray(0, -CHECKSUM_BYTES).toString('utf8');
  const match = /^1:([^:]+):(\d{1,19}):(\d{1,19})$/.exec(body);
  if (!match || !checksum(body).equals(bytes.subarray(-CHECKSUM_BYTES))) {
    throw new InvalidPositionError('malformed');
  }
  if (match[1] !== storeId) throw new InvalidPositionError('foreign');
  return { commit: BigInt(match[2]!), prepare: BigInt(match[3]!) };
}

function checksum(body: string): Buffer {
  return hash('sha256', body, 'buffer').subarray(0, CHECKSUM_BYTES);
}
