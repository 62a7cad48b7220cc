import {
  checkKeyPolicy,
  keySlot,
  orgKeySlot,
  projectKeySlot,
  slotStream,
  type Decision,
  type KeyIntent,
  type OrgKeyEvent,
  type ProjectKeyEvent,
  type Provenance,
  type SlotAddress,
  type SlotState,
} from '@keyward/domain';
import { Injectable } from '@nestjs/common';
import { PolicyFacts } from '../../write-side/policy-facts.js';
import { WriteExecutor } from '../../write-side/write-executor.js';
import { requestDigest, type WriteAnswer, type WriteRequest } from '../../write-side/write-request.js';
import { keyUseAnswer, type KeyUseAnswer } from './key-write.answer.js';

const ORG_COMMANDS = { enable: 'EnableOrgKey', disable: 'DisableOrgKey', remove: 'RemoveOrgKey' } as const;

type UseIntent = Exclude<KeyIntent, 'set'>;

/** Removing, switching off and switching on: what needs no secret. */
@Injectable()
export class ChangeKeyUseService {
  constructor(
    private readonly executor: WriteExecutor,
    private readonly policy: PolicyFacts,
  ) {}

  change(intent: UseIntent, slot: SlotAddress, request: WriteRequest): Promise<KeyUseAnswer & WriteAnswer> {
    return this.executor.execute<SlotState, OrgKeyEvent | ProjectKeyEvent, KeyUseAnswer>({
      stream: slotStream(slot),
      decider: keySlot,
      request,
      digest: requestDigest(intent, slotStream(slot), request.reason, request.expectedVersion),
      decide: async (state, provenance) =>
        checkKeyPolicy(intent, await this.policy.gather(slot)) ??
        decideUse(intent, slot, state, { provenance, request }),
      answer: keyUseAnswer,
    });
  }
}

function decideUse(
  intent: UseIntent,
  { organizationId, projectId, integrationId }: SlotAddress,
  state: SlotState,
  { provenance, request: { expectedVersion } }: { provenance: Provenance; request: WriteRequest },
): Decision<OrgKeyEvent | ProjectKeyEvent> {
  const command = { organizationId, integrationId, expectedVersion, provenance };
  return projectId === null
    ? orgKeySlot.decide({ type: ORG_COMMANDS[intent], ...command }, state)
    : projectKeySlot.decide({ type: 'RemoveProjectKey', projectId, ...command }, state);
}
