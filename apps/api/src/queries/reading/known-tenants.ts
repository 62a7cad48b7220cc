import { KeywardError } from '@keyward/contracts';
import type { OrganizationState, ProjectState } from '@keyward/domain';

/** Of which moment the question is. */
type Tense = 'now' | 'then';

const NO_ORGANIZATION: Readonly<Record<Tense, string>> = {
  now: 'There is no such organization. Register it first, or check its id.',
  then: 'At that moment Keyward had not been told of this organization. Ask for a later moment, or check its id.',
};

const NO_PROJECT: Readonly<Record<Tense, string>> = {
  now: 'This organization has no such project, or it is archived. Register it first, or check its id.',
  then: 'At that moment this organization had no such project, or it was archived. Ask for another moment, or check its id.',
};

/** @throws KeywardError UNKNOWN_ORGANIZATION when Keyward was never told of it. */
export function knownOrganization(
  state: OrganizationState | undefined,
  tense: Tense = 'now',
): OrganizationState {
  if (state?.registered) return state;
  throw unknownOrganization(tense);
}

export function unknownOrganization(tense: Tense): KeywardError {
  return new KeywardError('UNKNOWN_ORGANIZATION', NO_ORGANIZATION[tense]);
}

/** @throws KeywardError UNKNOWN_PROJECT also for one that is archived. */
export function knownProject(state: ProjectState | undefined, tense: Tense = 'now'): ProjectState {
  if (state?.status === 'active') return state;
  throw new KeywardError('UNKNOWN_PROJECT', NO_PROJECT[tense]);
}
