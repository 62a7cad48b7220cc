import type { LogPosition } from '@keyward/contracts';
import type { Candidate, CandidateSlots, EffectiveKey } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface KeyAddress {
  readonly organizationId: string;
  readonly projectId: string;
  readonly integrationId: string;
}

/** The slots that decide, and what they are as of. */
export interface SlotsAsOf {
  readonly slots: CandidateSlots;
  readonly position: LogPosition;
}

export interface Explanation {
  readonly effective: EffectiveKey;
  readonly candidates: readonly Candidate[];
}

/** Either the present, as fresh as asked, or a moment of the past: an RFC 3339 time or a position. */
export type When = { readonly requirement: Requirement } | { readonly at: string };

/** Which key a project uses, and why the other candidates lost. */
export class ExplainEffectiveKeyQuery extends Query<Explanation & AsOf> {
  constructor(
    readonly address: KeyAddress,
    readonly when: When,
  ) {
    super();
  }
}
