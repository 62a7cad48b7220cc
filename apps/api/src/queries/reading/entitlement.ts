import {
  checkEntitlement,
  rollout,
  type OrganizationState,
  type Refusal,
  type Rollout,
} from '@keyward/domain';
import { z } from 'zod';

/** Why the organization's keys cannot be set or switched on; null when they can. */
export function refusalOf(
  organizationId: string,
  organization: OrganizationState,
  rolloutNow: Rollout | undefined,
): Refusal | null {
  const rolledOut = rolloutNow ?? rollout.initialState;
  const decision = checkEntitlement({ organizationId, organization, rollout: rolledOut });
  return decision?.kind === 'refused' ? decision.refusal : null;
}

export const entitlement = z
  .strictObject({
    allowed: z.boolean().describe('Whether keys can be set and switched on.'),
    code: z.enum(['NOT_ENTITLED', 'NOT_ROLLED_OUT']).optional(),
    message: z.string().optional().describe('A sentence to show.'),
  })
  .describe('Whether the plan and the rollout allow it.');

export function toEntitlement(refusal: Refusal | null) {
  return refusal ? { allowed: false, code: refusal.code, message: refusal.detail } : { allowed: true };
}
