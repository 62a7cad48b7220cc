import { ROLLOUT_STREAM, rollout, type RolloutEvent, type RolloutState } from '@keyward/domain';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { WriteExecutor } from '../../write-side/write-executor.js';
import { requestDigest, type WriteAnswer } from '../../write-side/write-request.js';
import { ChangeRolloutCommand, type RolloutAnswer } from './change-rollout.command.js';

@CommandHandler(ChangeRolloutCommand)
export class ChangeRolloutHandler implements ICommandHandler<ChangeRolloutCommand> {
  constructor(private readonly executor: WriteExecutor) {}

  execute({ rollout: wanted, request }: ChangeRolloutCommand): Promise<RolloutAnswer & WriteAnswer> {
    const { percentage, include, exclude } = wanted;
    const { expectedVersion } = request;
    return this.executor.execute<RolloutState, RolloutEvent, RolloutAnswer>({
      stream: ROLLOUT_STREAM,
      decider: rollout,
      request,
      digest: requestDigest('change-rollout', percentage, include, exclude, expectedVersion),
      decide: async (state, provenance) =>
        rollout.decide({ type: 'ChangeRollout', ...wanted, expectedVersion, provenance }, state),
      answer: (_before, after) => after,
    });
  }
}
