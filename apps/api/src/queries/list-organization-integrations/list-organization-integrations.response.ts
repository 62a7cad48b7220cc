import { findIntegration, type SlotState } from '@keyward/domain';
import { z } from 'zod';
import { readFields } from '../../http/operation/answers.js';
import { integrationFacts, integrationFields } from '../list-integrations/integration.response.js';
import { entitlement } from '../reading/entitlement.js';
import { keyFacts, keyFactsFields, type KeyFacts } from '../reading/key-facts.js';
import { lastUsedAtField, lastUsedFields } from '../reading/last-used.response.js';
import type { OrganizationIntegration } from './list-organization-integrations.query.js';

const STATES = ['not_set', 'enabled', 'disabled'] as const;

const item = z.strictObject({
  ...integrationFields,
  state: z.enum(STATES).describe("Of the organization's key. Disabled: kept, and not used."),
  mask: keyFactsFields.mask.nullable(),
  version: keyFactsFields.version.nullable(),
  keyId: keyFactsFields.keyId.nullable(),
  fingerprint: keyFactsFields.fingerprint.nullable(),
  credentialKind: keyFactsFields.credentialKind.nullable(),
  setAt: keyFactsFields.setAt.nullable(),
  setBy: keyFactsFields.setBy.nullable(),
  changedAt: z.string().nullable().describe('Of the last change of any kind, a removal too.'),
  changedBy: z.string().nullable(),
  lastUsedAt: lastUsedAtField,
  overridingProjects: z.int().describe('How many projects have a key of their own.'),
});

export const organizationIntegrationsResponse = z.strictObject({
  items: z.array(item),
  entitlement,
  ...lastUsedFields,
  ...readFields,
});

const NO_KEY: Readonly<Record<keyof KeyFacts, null>> = {
  keyId: null,
  version: null,
  mask: null,
  fingerprint: null,
  credentialKind: null,
  setAt: null,
  setBy: null,
};

export function toItem({ integrationId, slot, overridingProjects, lastUsedAt }: OrganizationIntegration) {
  return {
    ...integrationFacts(findIntegration(integrationId)!),
    state: stateOf(slot),
    ...(slot.key ? keyFacts(slot.key) : NO_KEY),
    changedAt: slot.changedAt,
    changedBy: slot.changedBy,
    lastUsedAt,
    overridingProjects,
  };
}

function stateOf({ key, enabled }: SlotState): (typeof STATES)[number] {
  if (!key) return 'not_set';
  return enabled ? 'enabled' : 'disabled';
}
