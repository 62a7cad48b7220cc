import type { RolloutState } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

/** Which organizations have the feature. */
export class GetRolloutQuery extends Query<RolloutState & AsOf> {
  constructor(readonly requirement: Requirement) {
    super();
  }
}
