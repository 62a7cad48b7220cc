import type { Rollout } from '@keyward/domain';
import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';

export type RolloutAnswer = Rollout & { readonly version: number };

/** Says which organizations have the feature. */
export class ChangeRolloutCommand extends Command<RolloutAnswer & WriteAnswer> {
  constructor(
    readonly rollout: Rollout,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
