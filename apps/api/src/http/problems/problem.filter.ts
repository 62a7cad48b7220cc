import type { ErrorCode } from '@keyward/contracts';
import { Refusals } from '@keyward/refusals';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextOf, matchedRoute } from '../server/request-context.js';
import { sendProblem } from './send-problem.js';

/** Turns whatever a guard or a handler throws into problem+json, and notes what policy refused. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly refusals: Refusals) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { code } = sendProblem(thrown, request, http.getResponse<FastifyReply>());
    // After the answer, which must not tell by its time whether anything is noted.
    this.note(code, request);
  }

  private note(code: ErrorCode, request: FastifyRequest): void {
    const { principal } = contextOf(request);
    const route = matchedRoute(request);
    if (!principal || !route) return;
    const { org, project, integration } = request.params as Readonly<Record<string, string | undefined>>;
    const target = { organizationId: org, projectId: project, integrationId: integration };
    this.refusals.note({ principal, operation: route.operation, target, code });
  }
}
