import {
  ROLLOUT_STREAM,
  findIntegration,
  organization,
  organizationStream,
  project,
  projectStream,
  rollout,
  type KeyPolicyFacts,
  type SlotAddress,
} from '@keyward/domain';
import { Injectable } from '@nestjs/common';
import { AggregateStore } from './aggregate-store.js';

/** Gathers what the policy decides by, from the log: a plan that was lost a moment ago counts at once. */
@Injectable()
export class PolicyFacts {
  constructor(private readonly aggregates: AggregateStore) {}

  async gather({ organizationId, projectId, integrationId }: SlotAddress): Promise<KeyPolicyFacts> {
    const [organizationNow, rolloutNow, projectNow] = await Promise.all([
      this.aggregates.load(organization, organizationStream(organizationId)),
      this.aggregates.load(rollout, ROLLOUT_STREAM),
      projectId === null ? null : this.aggregates.load(project, projectStream(organizationId, projectId)),
    ]);
    return {
      organizationId,
      organization: organizationNow.state,
      rollout: rolloutNow.state,
      project: projectId === null || !projectNow ? null : { id: projectId, state: projectNow.state },
      integrationId,
      integration: findIntegration(integrationId),
    };
  }
}
