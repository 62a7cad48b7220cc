import type { Difference } from '../comparing/difference.js';

/** How many records are compared with the log: all, none, or so many taken at random. */
export type Extent = 'whole' | 'none' | number;

/**
 * `waiting` for a projector; `building` the new generation; `comparing` records with the log; `switching` to the new
 * generation as soon as it is as far as the one that is served.
 */
export type JobPhase = 'waiting' | 'building' | 'comparing' | 'switching';

/** `differs`: a difference was found, so a rebuild did not switch. `failed`: see `problem`. */
export type JobState = 'running' | 'stopped' | 'done' | 'differs' | 'failed';

/** What an operator asked to be done with the read model as a whole. There is one at a time, kept in the store itself. */
export interface MaintenanceJob {
  readonly id: string;
  /** Counts its changes. */
  readonly revision: number;
  readonly kind: 'rebuild' | 'check';
  readonly extent: Extent;
  /** Of a check: only of this organization. */
  readonly organizationId: string | null;
  /** Subject of the token that asked. */
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly state: JobState;
  readonly phase: JobPhase;
  /** How much of the phase is done, from 0 to 1. */
  readonly share: number;
  /** Of a rebuild: what it builds; null before there is one, and once it was removed. */
  readonly generation: string | null;
  /** Of a rebuild: events applied to the new generation. */
  readonly events: number;
  readonly compared: number;
  /** As of which place in the log the records are compared, as a token. */
  readonly position: string | null;
  readonly differenceCount: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly problem: string | null;
  /** When it stopped or ended. */
  readonly endedAt: string | null;
}

export interface JobRequest {
  readonly id: string;
  readonly kind: MaintenanceJob['kind'];
  readonly extent: Extent;
  readonly organizationId: string | null;
  readonly requestedBy: string;
  readonly requestedAt: string;
}

export function newJob(request: JobRequest, revision: number): MaintenanceJob {
  return {
    ...request,
    revision,
    state: 'running',
    phase: 'waiting',
    share: 0,
    generation: null,
    events: 0,
    compared: 0,
    position: null,
    differenceCount: 0,
    differences: [],
    problem: null,
    endedAt: null,
  };
}

/** Fields of a job that change while it is there. */
export type JobChange = Partial<Omit<MaintenanceJob, 'id' | 'revision' | 'kind'>>;
