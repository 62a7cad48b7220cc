import type { KeywardError } from '@keyward/contracts';
import type { FastifyInstance } from 'fastify';
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
    if (bytes.length === 0) return done(null, undefined);
    const text = decode(bytes);
    if (text === undefined) return done(malformed('must be text in UTF-8'));
    parse(request, text, (error, value) =>
      error ? done(malformed('must be well-formed JSON')) : done(null, value),
    );
  });
}

function decode(bytes: Buffer): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(rule: string): KeywardError {
  return invalidRequest([{ field: 'body', rule }]);
}
