import { isShareable, type CredentialKind, type Integration } from '../catalogue/index.js';
import { refuse, type Decision } from '../decider.js';
import type { OrganizationState } from '../organization/organization.js';
import { unknownProject, type ProjectState } from '../project/project.js';
import { isInRollout, type Rollout } from '../rollout/rollout.js';

/** What a command wants of a slot. Setting and enabling bring a key into use, the others take it out of use. */
export type KeyIntent = 'set' | 'enable' | 'disable' | 'remove';

export interface KeyPolicyFacts {
  readonly organizationId: string;
  readonly organization: OrganizationState;
  readonly rollout: Rollout;
  /** Null for an organization slot. */
  readonly project: { readonly id: string; readonly state: ProjectState } | null;
  readonly integrationId: string;
  /** Undefined when the catalogue has no such integration. */
  readonly integration: Integration | undefined;
}

type Refused = Decision<never> | null;

/**
 * Whether the feature is open to this organization for this integration: a refusal, or null. Plan
 * and rollout gate only what brings a key into use, so that a lost plan never stops an admin from
 * taking a leaked key out of use.
 */
export function checkKeyPolicy(intent: KeyIntent, facts: KeyPolicyFacts): Refused {
  const bringsIntoUse = intent === 'set' || intent === 'enable';
  return (
    checkOrganization(facts) ??
    checkProject(facts, bringsIntoUse) ??
    checkIntegration(facts) ??
    (bringsIntoUse ? checkEntitlement(facts) : null)
  );
}

/** Enterprise first, then the rollout: the two refusals that the product words for its customers. */
export function checkEntitlement(
  facts: Pick<KeyPolicyFacts, 'organizationId' | 'organization' | 'rollout'>,
): Refused {
  const { organizationId, organization, rollout } = facts;
  if (organization.plan !== 'enterprise') {
    return refuse(
      'NOT_ENTITLED',
      'Organization and project keys are part of the Enterprise plan. Upgrade this organization to Enterprise to use them.',
      {
        plan: organization.plan,
        requiredPlan: 'enterprise',
      },
    );
  }
  if (!isInRollout(organizationId, rollout)) {
    return refuse(
      'NOT_ROLLED_OUT',
      'Organization and project keys are being rolled out gradually and are not available to this organization yet. Contact your sales representative to get access.',
    );
  }
  return null;
}

/** Refuses a credential kind that the integration does not have, or that belongs to one person. */
export function checkCredentialKind(integration: Integration, kind: CredentialKind): Refused {
  if (integration.credentialKinds.includes(kind) && isShareable(kind)) return null;
  const shareable = integration.credentialKinds.filter(isShareable);
  const metadata = {
    integrationId: integration.id,
    credentialKind: kind,
    credentialKinds: integration.credentialKinds.join(','),
    shareableKinds: shareable.join(','),
    remedy: 'connect_own_account_or_service_account',
  };
  const others = shareable.map((each) => `"credentialKind": "${each}"`).join(' or ');
  const remedy = others && ` It can be shared with ${others}.`;
  const detail = integration.credentialKinds.includes('oauth2')
    ? `${integration.name} is connected through OAuth, which authorizes one person's account and cannot be shared. Connect your own account, or a service account.`
    : `${integration.name} has no credential of kind "${kind}".`;
  return refuse('CREDENTIAL_KIND_NOT_SHAREABLE', `${detail}${remedy}`, metadata);
}

function checkOrganization({ organizationId, organization }: KeyPolicyFacts): Refused {
  if (organization.registered) return null;
  return refuse(
    'UNKNOWN_ORGANIZATION',
    `There is no organization "${organizationId}". Register it first, or check its id.`,
  );
}

/** The key of an archived project can still be removed: archiving must not keep a leaked key alive. */
function checkProject({ project }: KeyPolicyFacts, bringsIntoUse: boolean): Refused {
  if (!project || project.state.status === 'active') return null;
  if (project.state.status === 'archived' && !bringsIntoUse) return null;
  return unknownProject(project.id);
}

function checkIntegration({ integration, integrationId }: KeyPolicyFacts): Refused {
  if (integration) return null;
  return refuse(
    'UNKNOWN_INTEGRATION',
    `The catalogue has no integration "${integrationId}". GET /v1/integrations lists them all.`,
  );
}
