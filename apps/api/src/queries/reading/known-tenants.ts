import { KeywardError } from '@keyward/contracts';
import type { OrganizationState, ProjectState } from '@keyward/domain';

/** @throws KeywardError UNKNOWN_ORGANIZATION when Keyward was never told of it. */
export function knownOrganization(state: OrganizationState | undefined): OrganizationState {
  if (state?.registered) return state;
  throw new KeywardError(
    'UNKNOWN_ORGANIZATION',
    'There is no such organization. Register it first, or check its id.',
  );
}

/** @throws KeywardError UNKNOWN_PROJECT also for one that is archived. */
export function knownProject(state: ProjectState | undefined): ProjectState {
  if (state?.status === 'active') return state;
  throw new KeywardError(
    'UNKNOWN_PROJECT',
    'This organization has no such project, or it is archived. Register it first, or check its id.',
  );
}
