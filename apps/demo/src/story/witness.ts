import { DemoError } from '../demo-error.js';
import type { Sighting, Timeline } from '../programs/timeline.js';

/** What the vendor's lines are from. */
export const VENDOR = 'the vendor';

/** A key of the demo, by what the vendor makes of it. */
export interface KnownKey {
  readonly mask: string;
  readonly fingerprint: string;
}

/** What the story says that a worker uses. */
export interface Expected {
  readonly key: KnownKey;
  readonly source: 'organization' | 'project';
  readonly version: number;
}

export interface Use extends Expected {
  /** Unix milliseconds of the call, by the vendor's clock. */
  readonly calledAt: number;
}

/**
 * Holds the story against what happened. Which key was used is what the vendor was sent; the
 * worker's own account has to agree with it.
 */
export class Witness {
  constructor(private readonly timeline: Timeline) {}

  /** The worker of the project hears of changes from now on. @throws DemoError */
  async watches(project: string): Promise<void> {
    await this.timeline.first(`that ${project}'s worker watches`, (one) =>
      isEvent(one, 'watching', project, 0),
    );
  }

  /** From some moment on the worker of the project calls the vendor with this key. @throws DemoError */
  async uses(project: string, expected: Expected, since: number): Promise<Use> {
    const { key } = expected;
    const call = await this.timeline.first(
      `that ${project}'s worker calls the vendor with ${key.mask}`,
      (one) =>
        isCall(one, project, since) &&
        (one.line['fingerprint'] === key.fingerprint || this.#shouldKnow(one, project, since)),
    );
    // The vendor's lines come in its order.
    const calls = this.#calls(project, since);
    neverWithAnother(project, key, calls.slice(calls.indexOf(call)));
    await this.#agrees(project, expected, since);
    return { ...expected, calledAt: call.at };
  }

  /** The worker of the project goes on with this key after another's change, and was not told of that. @throws DemoError */
  async keepsUsing(
    project: string,
    expected: Expected,
    change: { since: number; seenAt: number },
  ): Promise<void> {
    // The next call after somebody else's worker has switched.
    await this.timeline.first(`that ${project}'s worker goes on calling the vendor`, (one) =>
      isCall(one, project, change.seenAt + 1),
    );
    neverWithAnother(project, expected.key, this.#calls(project, change.since));
    await this.#agrees(project, expected, change.seenAt);
    const told = this.timeline.all((one) => isEvent(one, 'told', project, change.since));
    if (told.length > 0)
      throw new DemoError(`${project}'s worker was told of a change that does not concern it.`);
  }

  /** The worker of the project says that it has no key and why, and calls the vendor no more. @throws DemoError */
  async hasNoKey(project: string, reason: 'not_set' | 'disabled', since: number): Promise<number> {
    const isNoKey = (one: Sighting, from: number) => isEvent(one, 'not_configured', project, from);
    const first = await this.timeline.first(`that ${project}'s worker has no key to use`, (one) =>
      isNoKey(one, since),
    );
    if (first.line['reason'] !== reason)
      throw new DemoError(
        `${project}'s worker has no key, because of ${String(first.line['reason'])} and not ${reason}.`,
      );
    await this.timeline.first(`that ${project}'s worker still has no key to use`, (one) =>
      isNoKey(one, first.at + 1),
    );
    const [call] = this.#calls(project, first.at + 1);
    if (call !== undefined)
      throw new DemoError(
        `${project}'s worker says that it has no key, but the vendor was sent ${maskIn(call)}.`,
      );
    return first.at;
  }

  /** What the worker says of its call: Keyward's account of the key, and what the vendor answered. */
  async #agrees(project: string, { key, source, version }: Expected, since: number): Promise<void> {
    const { line } = await this.timeline.first(`that ${project}'s worker says which key it used`, (one) => {
      const saw = one.line['vendorSaw'] as Partial<KnownKey> | undefined;
      return isEvent(one, 'called', project, since) && saw?.fingerprint === key.fingerprint;
    });
    if (line['mask'] === key.mask && line['source'] === source && line['version'] === version) return;
    throw new DemoError(
      `${project}'s worker was given ${String(line['mask'])} as the ${String(line['source'])}'s version ${String(line['version'])}; it has to be ${key.mask}, the ${source}'s version ${version}.`,
    );
  }

  /** Whether the worker was told before this call began: the call on its way when it is told may still be with the old key. */
  #shouldKnow(call: Sighting, project: string, since: number): boolean {
    const [told] = this.timeline.all((one) => isEvent(one, 'told', project, since));
    if (told === undefined) return false;
    return this.#calls(project, told.at + 1).indexOf(call) > 0;
  }

  #calls(project: string, since: number): readonly Sighting[] {
    return this.timeline.all((one) => isCall(one, project, since));
  }
}

function neverWithAnother(project: string, key: KnownKey, calls: readonly Sighting[]): void {
  const other = calls.find(({ line }) => line['fingerprint'] !== key.fingerprint);
  if (other === undefined) return;
  throw new DemoError(
    `${project}'s worker called the vendor with ${maskIn(other)}; it has to be ${key.mask}.`,
  );
}

function isCall({ from, at, line }: Sighting, project: string, since: number): boolean {
  return from === VENDOR && at >= since && line['caller'] === `keyward-worker/${project}`;
}

function isEvent({ from, at, line }: Sighting, event: string, project: string, since: number): boolean {
  return from === project && at >= since && line['event'] === event;
}

function maskIn({ line }: Sighting): string {
  return String(line['mask']);
}
