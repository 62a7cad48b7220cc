import { alice, bob, given } from '../testing/decider-specification.js';
import { organization, type OrganizationEvent, type PutOrganization } from './organization.js';

const registered: OrganizationEvent = {
  type: 'OrganizationRegistered',
  data: { organizationId: 'acme', name: 'Acme', plan: 'team', ...alice },
};
const put: PutOrganization = {
  type: 'PutOrganization',
  organizationId: 'acme',
  name: 'Acme',
  plan: 'team',
  expectedVersion: null,
  provenance: bob,
};

describe('An organization', () => {
  it('is registered by its first put', () => {
    given(organization)
      .when({ ...put, provenance: alice })
      .then(registered);
  });

  it('is not changed by a put that says what is so already', () => {
    given(organization, registered).when(put).thenNothing();
  });

  it('changes its plan, and the event tells the plan before', () => {
    given(organization, registered)
      .when({ ...put, plan: 'enterprise' })
      .then({
        type: 'OrganizationPlanChanged',
        data: { organizationId: 'acme', plan: 'enterprise', previousPlan: 'team', ...bob },
      });
  });

  it('changes its name and its plan in one put', () => {
    given(organization, registered)
      .when({ ...put, name: 'Acme Inc.', plan: 'free' })
      .then(
        { type: 'OrganizationRenamed', data: { organizationId: 'acme', name: 'Acme Inc.', ...bob } },
        {
          type: 'OrganizationPlanChanged',
          data: { organizationId: 'acme', plan: 'free', previousPlan: 'team', ...bob },
        },
      );
  });

  it('refuses a put whose version has passed', () => {
    given(organization, registered)
      .when({ ...put, plan: 'free', expectedVersion: 2 })
      .thenRefused('VERSION_CONFLICT');
    given(organization)
      .when({ ...put, expectedVersion: 'any' })
      .thenRefused('VERSION_CONFLICT');
  });

  it('accepts a put at its version', () => {
    given(organization, registered)
      .when({ ...put, expectedVersion: 1 })
      .thenNothing();
  });
});
