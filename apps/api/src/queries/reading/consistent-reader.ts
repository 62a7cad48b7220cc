import { comparePositions, encodePosition } from '@keyward/contracts';
import type { EventStore } from '@keyward/event-store';
import {
  MINIMIZE_LATENCY,
  parseRequirement,
  type FreshReader,
  type ReadModel,
  type ReadModelStatus,
  type ReadRequirement,
} from '@keyward/read-model';
import { isKeywardError } from '@keyward/runtime';
import { unavailable } from '../../http/problems/to-keyward-error.js';
import { invalidRequest } from '../../http/validation/violations.js';
import type { WriteHorizon } from '../../write-side/write-horizon.js';
import type { RequestedLevel } from './consistency.query.js';

/** What an answer from the read model says about itself. */
export interface AsOf {
  readonly position: string;
  readonly stale?: true;
}

/** How fresh an answer must be; null when the caller did not say. */
export type Requirement = ReadRequirement | null;

export interface ConsistentReaderParts {
  readonly events: Pick<EventStore, 'storeId'>;
  readonly readModel: ReadModel;
  readonly fresh: FreshReader;
  readonly horizon: WriteHorizon;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs: number;
}

/** Reads the read model as fresh as was asked, and never older than what this very process acknowledged. */
export class ConsistentReader {
  constructor(private readonly parts: ConsistentReaderParts) {}

  /** @throws KeywardError INVALID_REQUEST naming the query parameter. */
  requirement({ minimize_latency, at_least_as_fresh, fully_consistent }: RequestedLevel): Requirement {
    const asked = [
      minimize_latency === 'true' && 'minimize_latency',
      at_least_as_fresh !== undefined && 'at_least_as_fresh',
      fully_consistent === 'true' && 'fully_consistent',
    ].filter((name) => name !== false);
    if (asked.length > 1) {
      throw invalidRequest(
        asked.map((field) => ({ field, rule: 'must be the only level of consistency: send one, or none' })),
      );
    }
    if (asked.length === 0) return null;
    const requested = { atLeastAsFresh: at_least_as_fresh, fullyConsistent: fully_consistent === 'true' };
    return parseRequirement(this.parts.events.storeId, requested, 'at_least_as_fresh');
  }

  /**
   * @throws KeywardError UNAVAILABLE, STALE_READ_MODEL, INVALID_REQUEST for a position that is not there yet
   */
  async read<T extends object>(requirement: Requirement, readOnce: () => Promise<T>): Promise<T & AsOf> {
    const { status, stale, ...answer } = await this.readFresh(requirement, async () => this.once(readOnce));
    const position = encodePosition(this.parts.events.storeId, status.position);
    return { ...(answer as unknown as T), position, ...(stale ? { stale } : {}) };
  }

  private async readFresh<T extends { status: ReadModelStatus }>(
    requirement: Requirement,
    once: () => Promise<T>,
  ) {
    if (requirement) return this.parts.fresh.read(requirement, this.parts.timeoutMs, once);
    const answer = await this.parts.fresh.read(MINIMIZE_LATENCY, this.parts.timeoutMs, once);
    const { position } = this.parts.horizon;
    if (comparePositions(answer.status.position, position) >= 0) return answer;
    return this.parts.fresh.read({ kind: 'at_least_as_fresh', position }, this.parts.timeoutMs, once);
  }

  /** The status first: what is read after it is as new as it says, or newer. */
  private async once<T extends object>(readOnce: () => Promise<T>): Promise<T & { status: ReadModelStatus }> {
    try {
      const status = await this.parts.readModel.status();
      // Not ready is never "not there": then nothing is looked for.
      return status.ready
        ? { ...(await readOnce()), status }
        : ({ status } as T & { status: ReadModelStatus });
    } catch (error) {
      throw isKeywardError(error) ? error : unavailable('The read model is out of reach. Try again.', error);
    }
  }
}
