import type { SlotKey, SlotState } from './key-slot/key-slot.state.js';

export type KeySource = 'organization' | 'project';

/** Why there is no key to use. "Unavailable" is not among them: it is no answer. */
export type NotConfiguredReason = 'not_set' | 'disabled';

export type EffectiveKey =
  | { readonly outcome: 'found'; readonly source: KeySource; readonly key: SlotKey }
  | { readonly outcome: 'not_configured'; readonly reason: NotConfiguredReason };

export interface CandidateSlots {
  readonly organization: SlotState;
  readonly project: SlotState;
}

/**
 * The precedence, written here and nowhere else: the project's own key; else the organization's, if
 * set and enabled; else none, with a reason.
 */
export function effectiveKey({ organization, project }: CandidateSlots): EffectiveKey {
  if (project.key) return { outcome: 'found', source: 'project', key: project.key };
  if (!organization.key) return { outcome: 'not_configured', reason: 'not_set' };
  if (!organization.enabled) return { outcome: 'not_configured', reason: 'disabled' };
  return { outcome: 'found', source: 'organization', key: organization.key };
}

/** One slot that could have given the key, and why it did or did not. */
export interface Candidate {
  readonly source: KeySource;
  readonly verdict: 'effective' | 'overridden' | NotConfiguredReason;
  readonly why: string;
  readonly key: SlotKey | null;
}

/** The candidates in order of precedence, each with the reason for its fate. */
export function explainEffectiveKey(slots: CandidateSlots): readonly Candidate[] {
  const effective = effectiveKey(slots);
  const source = effective.outcome === 'found' ? effective.source : null;
  return [explainProject(slots.project), explainOrganization(slots.organization, source)];
}

function explainProject({ key }: SlotState): Candidate {
  return key
    ? {
        source: 'project',
        verdict: 'effective',
        why: "The project has its own key, which overrides the organization's.",
        key,
      }
    : { source: 'project', verdict: 'not_set', why: 'The project has no key of its own.', key };
}

function explainOrganization({ key, enabled }: SlotState, effective: KeySource | null): Candidate {
  const source = 'organization';
  if (!key)
    return { source, verdict: 'not_set', why: 'The organization has no key for this integration.', key };
  if (!enabled)
    return { source, verdict: 'disabled', why: "The organization's key is kept but switched off.", key };
  return effective === 'project'
    ? { source, verdict: 'overridden', why: 'The project overrides it with its own key.', key }
    : {
        source,
        verdict: 'effective',
        why: "The project has no key of its own, so it uses the organization's.",
        key,
      };
}
