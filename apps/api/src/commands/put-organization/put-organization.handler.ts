import {
  organization,
  organizationStream,
  type OrganizationEvent,
  type OrganizationState,
} from '@keyward/domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WriteExecutor } from '../../write-side/write-executor.js';
import { requestDigest, type WriteAnswer } from '../../write-side/write-request.js';
import { PutOrganizationCommand, type OrganizationAnswer } from './put-organization.command.js';

@CommandHandler(PutOrganizationCommand)
export class PutOrganizationHandler implements ICommandHandler<PutOrganizationCommand> {
  constructor(private readonly executor: WriteExecutor) {}

  execute({
    organization: wanted,
    request,
  }: PutOrganizationCommand): Promise<OrganizationAnswer & WriteAnswer> {
    const { organizationId, name, plan } = wanted;
    const { expectedVersion } = request;
    return this.executor.execute<OrganizationState, OrganizationEvent, OrganizationAnswer>({
      stream: organizationStream(organizationId),
      decider: organization,
      request,
      digest: requestDigest('put-organization', organizationId, name, plan, expectedVersion),
      decide: async (state, provenance) =>
        organization.decide({ type: 'PutOrganization', ...wanted, expectedVersion, provenance }, state),
      answer: (before, after) => ({
        organizationId,
        name: after.name,
        plan: after.plan,
        version: after.version,
        created: !before.registered,
      }),
    });
  }
}
