import { hash } from 'node:crypto';
import type { LogPosition } from '@keyward/contracts';
import type { DomainEvent } from '@keyward/domain';

/** A write that an Idempotency-Key names, as the stream remembers it. */
export interface RememberedWrite<State> {
  readonly digest: string | null;
  readonly before: State;
  readonly after: State;
  readonly position: LogPosition;
}

/** An event of a stream with the state before and after it. */
export interface Step<State> {
  readonly event: DomainEvent;
  readonly before: State;
  readonly after: State;
  readonly position: LogPosition;
}

const WRITES_KEPT = 200;
const FILTER_BITS = 2 ** 17;
/** Bits for each name: of 20,000 names that are not there one in 25 looks as if it were. */
const BITS_OF_A_NAME = 4;

/** An actor's Idempotency-Keys are the actor's own: nobody else's repeat is taken for theirs. */
export function writeName(actor: string, idempotencyKey: string): string {
  return JSON.stringify([actor, idempotencyKey]);
}

/**
 * The writes to one stream that an Idempotency-Key names, in bounded memory: the newest as they are, of all others
 * a filter that says which names the log must be asked for.
 */
export class WriteMemory<State> {
  private readonly newest = new Map<string, RememberedWrite<State>>();
  private forgotten: Uint8Array | undefined;

  get(name: string): RememberedWrite<State> | undefined {
    return this.newest.get(name);
  }

  /** False only for a name that was never remembered, or is still. */
  mayHaveForgotten(name: string): boolean {
    const { forgotten } = this;
    return forgotten !== undefined && bitsOf(name).every((bit) => (forgotten[bit >> 3]! >> (bit & 7)) & 1);
  }

  remember({ event, before, after, position }: Step<State>): void {
    const { actor, idempotencyKey, requestDigest: digest } = event.data;
    if (idempotencyKey === null) return;
    const name = writeName(actor, idempotencyKey);
    // One write may have made several events: it began before the first and ended after the last.
    const first = this.newest.get(name)?.before ?? before;
    this.newest.set(name, { digest, before: first, after, position });
    if (this.newest.size > WRITES_KEPT) this.forgetOldest();
  }

  private forgetOldest(): void {
    const [name] = this.newest.keys();
    this.newest.delete(name!);
    this.forgotten ??= new Uint8Array(FILTER_BITS / 8);
    for (const bit of bitsOf(name!)) this.forgotten[bit >> 3]! |= 1 << (bit & 7);
  }
}

function bitsOf(name: string): number[] {
  const bytes = hash('sha256', name, 'buffer');
  return Array.from({ length: BITS_OF_A_NAME }, (_, i) => bytes.readUInt32LE(i * 4) % FILTER_BITS);
}
