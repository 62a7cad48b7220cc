import { KeywardError } from '@keyward/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidRequest } from '../validation/violations.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes JSON in UTF-8 and nothing else. Bytes that are no UTF-8 are refused, because decoding would
 * silently turn them into other characters; `__proto__` and the like are refused where they stand.
 * What the parser has to say is not passed on: it quotes the body.
 */
export function acceptOnlyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error') as unknown as (
    request: unknown,
    text: string,
    done: (error: Error | null, value?: unknown) => void,
  ) => void;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (isEncoded(request)) return done(encoded());
    if (bytes.length === 0) return done(null, undefined);
    const text = decode(bytes);
    if (text === undefined) return done(malformed('must be text in UTF-8'));
    parse(request, text, (error, value) => {
      if (error) return done(malformed('must be well-formed JSON'));
      if (repeatsName(text, value)) return done(malformed('must not have the same name twice in one object'));
      done(null, value);
    });
  });
}

function isEncoded({ headers }: FastifyRequest): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && encoding.toLowerCase() !== 'identity';
}

function encoded(): KeywardError {
  return new KeywardError('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: send it as it is.');
}

function decode(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/**
 * Of two members of one name the parser keeps the last, and another program that sees the same bytes
 * may keep the first: which key was meant? In well-formed JSON each colon outside a string is a
 * member, so one that was lost shows in their number.
 */
function repeatsName(text: string, value: unknown): boolean {
  return text.replace(STRINGS, '').split(':').length - 1 !== countMembers(value);
}

/** Not by recursion: a body may be nested as deep as it is long. */
function countMembers(value: unknown): number {
  let members = 0;
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const children: unknown[] = Object.values(next);
    if (!Array.isArray(next)) members += children.length;
    for (const child of children) left.push(child);
  }
  return members;
}

function malformed(rule: string): KeywardError {
  return invalidRequest([{ field: 'body', rule }]);
}
