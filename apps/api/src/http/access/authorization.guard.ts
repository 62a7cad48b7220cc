import { authorize, type Operation } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { operationOf } from '../operation/operation.decorator.js';
import { contextOf } from '../server/request-context.js';
import { RateLimits } from './rate-limits.js';

type PathParameters = Readonly<Record<string, string | undefined>>;

/** Lets nothing through that the policy table does not allow; a handler without an operation is allowed to nobody. */
@Injectable()
export class AuthorizationGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // In a process that serves gRPC too, its handlers ask the same policy table themselves.
    if (context.getType() !== 'http') return true;
    const operation: Operation | undefined = operationOf(context.getHandler())?.operation;
    if (operation === undefined) throw new KeywardError('FORBIDDEN', 'Nobody may do this.');
    await this.check(operation, context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }

  private async check(operation: Operation, request: FastifyRequest): Promise<void> {
    const { org, project } = request.params as PathParameters;
    const caller = contextOf(request);
    authorize(operation, caller.principal, {
      ...(org === undefined ? {} : { organizationId: org }),
      ...(project === undefined ? {} : { projectId: project }),
    });
    if (org === undefined) return;
    caller.organizationId = org;
    await this.limits.takeOrganization(org);
  }
}
