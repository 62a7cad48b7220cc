import { accept, type Decider, type Decision } from '../decider.js';
import { versionConflict, type ExpectedVersion } from '../expected-version.js';
import type { Provenance } from '../provenance.js';

export const PLANS = ['free', 'team', 'enterprise'] as const;
export type Plan = (typeof PLANS)[number];

export const organizationStream = (organizationId: string): string => `organization-${organizationId}`;

// Names and fields below are a storage format: change them only with a new schemaVersion and an upcaster.
export type OrganizationRegistered = {
  readonly type: 'OrganizationRegistered';
  readonly data: Provenance & { readonly organizationId: string; readonly name: string; readonly plan: Plan };
};
export type OrganizationRenamed = {
  readonly type: 'OrganizationRenamed';
  readonly data: Provenance & { readonly organizationId: string; readonly name: string };
};
export type OrganizationPlanChanged = {
  readonly type: 'OrganizationPlanChanged';
  readonly data: Provenance & {
    readonly organizationId: string;
    readonly plan: Plan;
    readonly previousPlan: Plan;
  };
};
export type OrganizationEvent = OrganizationRegistered | OrganizationRenamed | OrganizationPlanChanged;

export type OrganizationState = {
  readonly registered: boolean;
  readonly name: string;
  readonly plan: Plan;
  /** Counts its events; the version of If-Match. */
  readonly version: number;
};

export interface PutOrganization {
  readonly type: 'PutOrganization';
  readonly organizationId: string;
  readonly name: string;
  readonly plan: Plan;
  readonly expectedVersion: ExpectedVersion;
  readonly provenance: Provenance;
}

export const organization: Decider<PutOrganization, OrganizationState, OrganizationEvent> = {
  initialState: { registered: false, name: '', plan: 'free', version: 0 },

  decide(command, state): Decision<OrganizationEvent> {
    const { organizationId, name, plan, provenance } = command;
    const conflict = versionConflict(command.expectedVersion, state.registered ? state.version : null);
    if (conflict) return conflict;
    if (!state.registered) {
      return accept({ type: 'OrganizationRegistered', data: { organizationId, name, plan, ...provenance } });
    }
    const events: OrganizationEvent[] = [];
    if (name !== state.name)
      events.push({ type: 'OrganizationRenamed', data: { organizationId, name, ...provenance } });
    if (plan !== state.plan) {
      events.push({
        type: 'OrganizationPlanChanged',
        data: { organizationId, plan, previousPlan: state.plan, ...provenance },
      });
    }
    return accept(...events);
  },

  evolve(state, event): OrganizationState {
    const version = state.version + 1;
    switch (event.type) {
      case 'OrganizationRegistered':
        return { registered: true, name: event.data.name, plan: event.data.plan, version };
      case 'OrganizationRenamed':
        return { ...state, name: event.data.name, version };
      case 'OrganizationPlanChanged':
        return { ...state, plan: event.data.plan, version };
    }
  },
};
