import type { HandOut } from '@keyward/domain';
import type { SealBinding } from '@keyward/sealing';

const MINUTE_MS = 60_000;

/** A key in an answer: which version of which slot, and the project that asked. */
export interface HandedOutKey {
  readonly binding: SealBinding;
  readonly projectId: string;
}

/** Of a hand-out all but when and how often. */
export type HandOutFacts = Pick<
  HandOut,
  'worker' | 'projectId' | 'level' | 'integrationId' | 'keyId' | 'version'
> & { readonly organizationId: string };

export function factsOf(worker: string, { binding, projectId }: HandedOutKey): HandOutFacts {
  const { organizationId, integrationId, keyId, version } = binding;
  const level = binding.projectId === null ? 'organization' : 'project';
  return { organizationId, worker, projectId, level, integrationId, keyId, version };
}

/** Minutes since 1970, UTC. */
export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS);
}

/** How often one worker was given one version of a key for one project, by minutes. */
export class HandOutCell {
  /** The minute whose first hand-out is on disk. */
  noted = Number.NaN;
  private minute = Number.NaN;
  private count = 0;
  /** Of the other minutes; made when there is a second one. */
  private others: Map<number, number> | undefined;
  private first = Number.POSITIVE_INFINITY;
  private last = 0;

  constructor(readonly facts: HandOutFacts) {}

  /** @param at milliseconds since 1970, by the clock of the day: it may jump */
  add(at: number, minute: number): void {
    if (this.minute !== minute) this.turnTo(minute);
    this.count += 1;
    if (at < this.first) this.first = at;
    if (at > this.last) this.last = at;
  }

  /** Undefined where nothing was handed out after all. */
  toHandOut(): HandOut | undefined {
    const counts = new Map(this.others).set(this.minute, this.count);
    const counted = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
    if (counted.length === 0) return undefined;
    const { organizationId: _organization, ...facts } = this.facts;
    return {
      ...facts,
      firstAt: new Date(this.first).toISOString(),
      lastAt: new Date(this.last).toISOString(),
      counts: Object.fromEntries(counted.map(([minute, count]) => [nameOf(minute), count])),
    };
  }

  private turnTo(minute: number): void {
    if (this.count > 0) (this.others ??= new Map()).set(this.minute, this.count);
    this.minute = minute;
    this.count = this.others?.get(minute) ?? 0;
  }
}

/** Until when hand-outs are counted together: from one event to the next. */
export class HandOutCounts {
  private readonly byWorker = new Map<string, Map<string, Map<string, HandOutCell>>>();
  private cells = 0;

  get size(): number {
    return this.cells;
  }

  find(worker: string, { binding, projectId }: HandedOutKey): HandOutCell | undefined {
    return this.byWorker.get(worker)?.get(binding.keyId)?.get(projectId);
  }

  /** The cell of a hand-out, made where it is the first. */
  of(facts: HandOutFacts): HandOutCell {
    const byKey = madeIn(this.byWorker, facts.worker, () => new Map<string, Map<string, HandOutCell>>());
    const byProject = madeIn(byKey, facts.keyId, () => new Map<string, HandOutCell>());
    return madeIn(byProject, facts.projectId, () => {
      this.cells += 1;
      return new HandOutCell(facts);
    });
  }

  /** By organization. */
  handOuts(): Map<string, HandOut[]> {
    const found = new Map<string, HandOut[]>();
    for (const cell of this.all()) {
      const handOut = cell.toHandOut();
      if (handOut) madeIn(found, cell.facts.organizationId, () => []).push(handOut);
    }
    return found;
  }

  private *all(): Iterable<HandOutCell> {
    for (const byKey of this.byWorker.values())
      for (const byProject of byKey.values()) yield* byProject.values();
  }
}

function madeIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Such as `2026-03-01T12:05Z`. */
function nameOf(minute: number): string {
  return `${new Date(minute * MINUTE_MS).toISOString().slice(0, 16)}Z`;
}
