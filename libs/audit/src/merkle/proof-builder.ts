import { MerkleRange } from './merkle-range.js';
import type { Hash } from './tree-hash.js';

/** Leaves from `start` up to, not including, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Makes a proof from the leaf hashes of a log, given one after the other: from a list that is kept, or from the log
 * itself, read once, with O(log n) memory.
 */
export class ProofBuilder {
  private next = 0;
  private readonly parts: readonly (Span & { readonly range: MerkleRange })[];

  private constructor(
    spans: readonly Span[],
    /** How many leaf hashes it takes. */
    readonly size: number,
  ) {
    this.parts = spans.map((span) => ({ ...span, range: new MerkleRange() }));
  }

  /** That the leaf `index` is in the tree of that size: RFC 9162, 2.1.3. @throws RangeError unless it is. */
  static forInclusion({ index, size }: { readonly index: number; readonly size: number }): ProofBuilder {
    check(index < size, index, size);
    return new ProofBuilder(inclusionSpans(index, { start: 0, end: size }), size);
  }

  /**
   * That the tree of `size` begins with the tree of `firstSize`: RFC 9162, 2.1.4.
   * @throws RangeError unless 0 < firstSize <= size; every tree begins with the empty one.
   */
  static forConsistency({
    firstSize,
    size,
  }: {
    readonly firstSize: number;
    readonly size: number;
  }): ProofBuilder {
    check(firstSize > 0 && firstSize <= size, firstSize, size);
    return new ProofBuilder(consistencySpans(firstSize, { start: 0, end: size }, true), size);
  }

  append(leaf: Hash): void {
    for (const { start, end, range } of this.parts) {
      if (this.next >= start && this.next < end) range.append(leaf);
    }
    this.next += 1;
  }

  /** @throws RangeError when leaf hashes are missing. */
  proof(): Hash[] {
    check(this.next >= this.size, this.next, this.size);
    return this.parts.map(({ range }) => range.root());
  }
}

function check(holds: boolean, given: number, size: number): void {
  if (!holds || !Number.isSafeInteger(given) || given < 0 || !Number.isSafeInteger(size)) {
    throw new RangeError(`${given} does not fit a tree of size ${size}`);
  }
}

/** Where RFC 9162 splits a tree: after the largest power of two that is smaller than its size. */
function split({ start, end }: Span): readonly [Span, Span] {
  let k = 1;
  while (k * 2 < end - start) k *= 2;
  return [
    { start, end: start + k },
    { start: start + k, end },
  ];
}

function inclusionSpans(index: number, span: Span): Span[] {
  if (span.end - span.start === 1) return [];
  const [left, right] = split(span);
  return index < left.end ? [...inclusionSpans(index, left), right] : [...inclusionSpans(index, right), left];
}

/** `whole`: the first tree's root is known to the verifier as long as the span is that tree. */
function consistencySpans(firstSize: number, span: Span, whole: boolean): Span[] {
  if (firstSize === span.end) return whole ? [] : [span];
  const [left, right] = split(span);
  return firstSize <= left.end
    ? [...consistencySpans(firstSize, left, whole), right]
    : [...consistencySpans(firstSize, right, false), left];
}
