import { project, projectStream, type ProjectEvent, type ProjectState } from '@keyward/domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WriteExecutor } from '../../write-side/write-executor.js';
import { requestDigest, type WriteAnswer } from '../../write-side/write-request.js';
import { projectAnswer, type ProjectAnswer } from '../projects/project.answer.js';
import { RegisteredOrganization } from '../projects/registered-organization.js';
import { ArchiveProjectCommand } from './archive-project.command.js';

@CommandHandler(ArchiveProjectCommand)
export class ArchiveProjectHandler implements ICommandHandler<ArchiveProjectCommand> {
  constructor(
    private readonly executor: WriteExecutor,
    private readonly organization: RegisteredOrganization,
  ) {}

  execute({ project: wanted, request }: ArchiveProjectCommand): Promise<ProjectAnswer & WriteAnswer> {
    const { organizationId, projectId } = wanted;
    const { expectedVersion } = request;
    return this.executor.execute<ProjectState, ProjectEvent, ProjectAnswer>({
      stream: projectStream(organizationId, projectId),
      decider: project,
      request,
      digest: requestDigest('archive-project', organizationId, projectId, expectedVersion),
      decide: async (state, provenance) =>
        (await this.organization.check(organizationId)) ??
        project.decide({ type: 'ArchiveProject', ...wanted, expectedVersion, provenance }, state),
      answer: (before, after) => projectAnswer(wanted, before, after),
    });
  }
}
