import { EMPTY_ROOT, half, isOdd, nodeHash, type Hash } from './tree-hash.js';

/** The root of a full subtree: of 2^`level` leaves, the `place`-th of that size, counted from 0. */
export interface MerkleNode {
  readonly level: number;
  readonly place: number;
  readonly hash: Hash;
}

/**
 * A Merkle tree of which only the roots of its full subtrees are kept, the largest first: one per bit that is set
 * in its size. That is enough to append and to tell the root, in O(log n) memory.
 */
export class MerkleRange {
  private count: number;
  private readonly peaks: Hash[];

  /** @throws RangeError when there are more or fewer subtrees than a tree of that size has. */
  constructor(size = 0, subtrees: readonly Hash[] = []) {
    if (!Number.isSafeInteger(size) || size < 0 || subtrees.length !== subtreeCount(size)) {
      throw new RangeError(`a tree of size ${size} does not have ${subtrees.length} full subtrees`);
    }
    this.count = size;
    this.peaks = [...subtrees];
  }

  get size(): number {
    return this.count;
  }

  get subtrees(): readonly Hash[] {
    return [...this.peaks];
  }

  /** Answers the full subtrees that the leaf completes, the smallest, itself, first. */
  append(leaf: Hash): readonly MerkleNode[] {
    const nodes: MerkleNode[] = [{ level: 0, place: this.count, hash: leaf }];
    let node = leaf;
    for (let place = this.count; isOdd(place);) {
      node = nodeHash(this.peaks.pop()!, node);
      place = half(place);
      nodes.push({ level: nodes.length, place, hash: node });
    }
    this.peaks.push(node);
    this.count += 1;
    return nodes;
  }

  root(): Hash {
    const last = this.peaks.at(-1);
    if (last === undefined) return EMPTY_ROOT;
    return this.peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}

/** How many full subtrees a tree of that size has: its bits that are set. */
export function subtreeCount(size: number): number {
  let bits = 0;
  for (let n = size; n > 0; n = half(n)) bits += n % 2;
  return bits;
}
