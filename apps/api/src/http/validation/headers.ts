import type { FieldViolation } from '@keyward/contracts';
import type { ExpectedVersion } from '@keyward/domain';
import type { IncomingHttpHeaders } from 'node:http';

/** Either what a header says, or what is wrong with it. */
type Read<T> = { readonly value: T } | { readonly violation: FieldViolation };

const ENTITY_TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const ENTITY_TAGS = new RegExp(`^${ENTITY_TAG}(?:[ \\t]*,[ \\t]*${ENTITY_TAG})*$`);
/** As an ETag of ours has it. A weak tag (`W/"3"`) is none: by the comparison of If-Match it equals nothing. */
const VERSION = /(?<!W\/)"(0|[1-9]\d{0,14})"/g;
const VISIBLE_ASCII = /^[\x21-\x7e]{1,128}$/;

/** RFC 9110, section 13.1.1: entity tags, of which one must be the present one, or `*`. */
export function readIfMatch({ 'if-match': header }: IncomingHttpHeaders): Read<ExpectedVersion> {
  if (header === undefined) return { value: null };
  if (header === '*') return { value: 'any' };
  if (ENTITY_TAGS.test(header)) {
    const versions = [...header.matchAll(VERSION)].map(([, version]) => Number(version));
    return { value: versions.length === 1 ? versions[0]! : versions };
  }
  return {
    violation: {
      field: 'If-Match',
      rule: 'must be versions in quotes, as an ETag gave them (such as "3"), or *',
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
