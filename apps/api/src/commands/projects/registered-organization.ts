import { organization, organizationStream, refuse, type Decision } from '@keyward/domain';
import { Injectable } from '@nestjs/common';
import { AggregateStore } from '../../write-side/aggregate-store.js';

/** A project belongs to an organization that Keyward knows. */
@Injectable()
export class RegisteredOrganization {
  constructor(private readonly aggregates: AggregateStore) {}

  /** A refusal when it is unknown, else null. */
  async check(organizationId: string): Promise<Decision<never> | null> {
    const { state } = await this.aggregates.load(organization, organizationStream(organizationId));
    return state.registered
      ? null
      : refuse(
          'UNKNOWN_ORGANIZATION',
          `There is no organization "${organizationId}". Register it first, or check its id.`,
        );
  }
}
