import { project, projectStream, type ProjectEvent, type ProjectState } from '@keyward/domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WriteExecutor } from '../../write-side/write-executor.js';
import { requestDigest, type WriteAnswer } from '../../write-side/write-request.js';
import { projectAnswer, type ProjectAnswer } from '../projects/project.answer.js';
import { RegisteredOrganization } from '../projects/registered-organization.js';
import { PutProjectCommand } from './put-project.command.js';

@CommandHandler(PutProjectCommand)
export class PutProjectHandler implements ICommandHandler<PutProjectCommand> {
  constructor(
    private readonly executor: WriteExecutor,
    private readonly organization: RegisteredOrganization,
  ) {}

  execute({ project: wanted, request }: PutProjectCommand): Promise<ProjectAnswer & WriteAnswer> {
    const { organizationId, projectId } = wanted;
    const { expectedVersion } = request;
    return this.executor.execute<ProjectState, ProjectEvent, ProjectAnswer>({
      stream: projectStream(organizationId, projectId),
      decider: project,
      request,
      digest: requestDigest('put-project', organizationId, projectId, wanted.name, expectedVersion),
      decide: async (state, provenance) =>
        (await this.organization.check(organizationId)) ??
        project.decide({ type: 'PutProject', ...wanted, expectedVersion, provenance }, state),
      answer: (before, after) => projectAnswer(wanted, before, after),
    });
  }
}
