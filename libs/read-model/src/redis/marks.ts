import { keySlot } from './key-slot.js';
import type { Keys } from './keys.js';
import type { RedisConnection } from './redis-connection.js';

const CLUSTER_SLOTS = 16_384;
let tagsOfSlots: readonly string[] | undefined;

/**
 * The keys that stand for a generation's data: one in a single Redis, one in each slot of a Cluster,
 * where a node that lost its keys would otherwise look as if nothing had ever been set there. Whoever
 * reads records reads their mark after them, and whoever writes checks it first.
 */
export class Marks {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
  ) {}

  inSlot(generation: string, slot: number): string {
    return this.keys.mark(generation, this.connection.isSingle ? '' : tagsBySlot()[slot]!);
  }

  /** The marks of the slots that these keys are in, each once. */
  of(generation: string, keys: readonly string[]): string[] {
    const slots = new Set(keys.map((key) => this.connection.slotOf(key)));
    return [...slots].map((slot) => this.inSlot(generation, slot));
  }

  /** One on each node. */
  perNode(generation: string): string[] {
    return this.connection.slotPerNode().map((slot) => this.inSlot(generation, slot));
  }

  all(generation: string): string[] {
    const slots = this.connection.isSingle ? 1 : CLUSTER_SLOTS;
    return Array.from({ length: slots }, (_, slot) => this.inSlot(generation, slot));
  }
}

/** For each slot a short tag that belongs to it, found by trying; made once, in about 50 ms. */
function tagsBySlot(): readonly string[] {
  if (tagsOfSlots) return tagsOfSlots;
  const tags = new Array<string>(CLUSTER_SLOTS);
  let found = 0;
  for (let n = 0; found < CLUSTER_SLOTS; n++) {
    const tag = n.toString(36);
    const slot = keySlot(tag);
    if (tags[slot] !== undefined) continue;
    tags[slot] = tag;
    found += 1;
  }
  return (tagsOfSlots = tags);
}
