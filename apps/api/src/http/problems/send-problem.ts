import { ERROR_CODES, type KeywardError } from '@keyward/contracts';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextOf } from '../server/request-context.js';
import { PROBLEM_JSON, toProblem } from './problem.js';
import { toKeywardError } from './to-keyward-error.js';

const logger = new Logger('http');

/** The one place where an error leaves by HTTP, as problem+json, whatever was thrown. Answers what it was taken for. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): KeywardError {
  const error = toKeywardError(thrown);
  log(error, request.id);
  const context = contextOf(request);
  context.refusal = error.code;
  const signIn = error.code === 'UNAUTHENTICATED' ? context.signIn : undefined;
  void withHeaders(error, reply)
    .status(ERROR_CODES[error.code].http)
    .type(PROBLEM_JSON)
    // As text: fastify would otherwise look for a schema by the content type.
    .send(JSON.stringify({ ...toProblem(error, request.id), ...(signIn ? { signIn } : {}) }));
  return error;
}

/** What the caller did wrong is the caller's; what is ours is logged with all there is. */
function log(error: KeywardError, requestId: string): void {
  const cause = error.cause instanceof Error ? [error.cause] : [];
  if (error.code === 'INTERNAL')
    logger.error('A request failed in an unexpected way', { requestId }, ...cause);
  else if (error.code === 'UNAVAILABLE')
    logger.warn(`Unavailable: ${error.message}`, { requestId }, ...cause);
}

function withHeaders(error: KeywardError, reply: FastifyReply): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') void reply.header('WWW-Authenticate', 'Bearer realm="keyward"');
  if (error.retryAfterSeconds !== undefined)
    void reply.header('Retry-After', String(error.retryAfterSeconds));
  return reply;
}
