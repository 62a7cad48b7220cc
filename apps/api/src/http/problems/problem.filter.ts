import { ERROR_CODES, type KeywardError } from '@keyward/contracts';
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextOf } from '../server/request-context.js';
import { PROBLEM_JSON, toProblem } from './problem.js';
import { toKeywardError } from './to-keyward-error.js';

/** Turns whatever is thrown into problem+json: the one place where an error leaves by HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    this.send(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For what is thrown before a handler is found. */
  send(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const error = toKeywardError(thrown);
    this.log(error, request.id);
    contextOf(request).refusal = error.code;
    void withHeaders(error, reply)
      .status(ERROR_CODES[error.code].http)
      .type(PROBLEM_JSON)
      // As text: fastify would otherwise look for a schema by the content type.
      .send(JSON.stringify(toProblem(error, request.id)));
  }

  /** What the caller did wrong is the caller's; what is ours is logged with all there is. */
  private log(error: KeywardError, requestId: string): void {
    const cause = error.cause instanceof Error ? [error.cause] : [];
    if (error.code === 'INTERNAL')
      this.logger.error('A request failed in an unexpected way', { requestId }, ...cause);
    else if (error.code === 'UNAVAILABLE')
      this.logger.warn(`Unavailable: ${error.message}`, { requestId }, ...cause);
  }
}

function withHeaders(error: KeywardError, reply: FastifyReply): FastifyReply {
  if (error.code === 'UNAUTHENTICATED') void reply.header('WWW-Authenticate', 'Bearer realm="keyward"');
  if (error.retryAfterSeconds !== undefined)
    void reply.header('Retry-After', String(error.retryAfterSeconds));
  return reply;
}
