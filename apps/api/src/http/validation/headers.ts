import type { FieldViolation } from '@keyward/contracts';
import type { ExpectedVersion } from '@keyward/domain';
import type { IncomingHttpHeaders } from 'node:http';

/** Either what a header says, or what is wrong with it. */
type Read<T> = { readonly value: T } | { readonly violation: FieldViolation };

const VERSION = /^"(0|[1-9]\d{0,14})"$/;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/** RFC 9110 section 13.1.1: a strong entity tag, or `*`. */
export function readIfMatch({ 'if-match': header }: IncomingHttpHeaders): Read<ExpectedVersion> {
  if (header === undefined) return { value: null };
  if (header === '*') return { value: 'any' };
  const version = VERSION.exec(header)?.[1];
  if (version !== undefined) return { value: Number(version) };
  return {
    violation: {
      field: 'If-Match',
      rule: 'must be one version in quotes, as an ETag gave it (such as "3"), or *',
    },
  };
}

export function readIdempotencyKey(headers: IncomingHttpHeaders): Read<string | null> {
  const header = headers['idempotency-key'];
  if (header === undefined) return { value: null };
  if (typeof header === 'string' && VISIBLE_ASCII.test(header)) return { value: header };
  return {
    violation: { field: 'Idempotency-Key', rule: 'must be sent once, as 1 to 128 visible ASCII characters' },
  };
}
