import type { ActorKind } from '@keyward/domain';

/** Who asked for what, and how it was refused: refusals that have all of this in common are counted together. */
export interface RefusedRequest {
  readonly actor: string;
  readonly actorKind: ActorKind;
  readonly projectId: string | null;
  readonly integrationId: string | null;
  /** Null where it was not kept apart. */
  readonly operation: string | null;
  readonly code: string | null;
}

export interface Counted {
  readonly request: RefusedRequest;
  count: number;
  first: Date;
  last: Date;
}

/** Stands for all that had no place of its own. */
const OTHERS: RefusedRequest = {
  actor: 'keyward',
  actorKind: 'keyward',
  projectId: null,
  integrationId: null,
  operation: null,
  code: null,
};

/** The refusals of one organization. */
export class Tally {
  private readonly byRequest = new Map<string, Counted>();

  get all(): readonly Counted[] {
    return [...this.byRequest.values()];
  }

  get size(): number {
    return this.byRequest.size;
  }

  /** @param isFull whether what was not counted before is one of the others */
  add({ request, count, first, last }: Counted, isFull: boolean): void {
    const known = this.byRequest.get(keyOf(request)) ?? (isFull ? this.others(first) : undefined);
    if (!known) {
      this.byRequest.set(keyOf(request), { request, count, first, last });
      return;
    }
    known.count += count;
    if (last > known.last) known.last = last;
    if (first < known.first) known.first = first;
  }

  private others(now: Date): Counted {
    const key = keyOf(OTHERS);
    const counted = this.byRequest.get(key) ?? { request: OTHERS, count: 0, first: now, last: now };
    this.byRequest.set(key, counted);
    return counted;
  }
}

/** None of them has a line break in it. */
function keyOf({ actor, projectId, integrationId, operation, code }: RefusedRequest): string {
  return [actor, projectId, integrationId, operation, code].join('\n');
}
