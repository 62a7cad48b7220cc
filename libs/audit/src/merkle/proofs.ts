import { EMPTY_ROOT, nodeHash, type Hash } from './tree-hash.js';

/** Looks up the root of a full subtree: of 2^`level` leaves, the `place`-th of that size. */
export type NodeLookup = (level: number, place: number) => Hash;

/** Leaves from `start` up to, not including, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * That the leaf `index` is in the tree of that size: RFC 9162, 2.1.3. Takes O(log² size) lookups, of full subtrees
 * alone. @throws RangeError unless it is.
 */
export function inclusionProof(
  { index, size }: { readonly index: number; readonly size: number },
  node: NodeLookup,
): Hash[] {
  check(index < size, index, size);
  return inclusionSpans(index, { start: 0, end: size }).map((span) => rootOf(span, node));
}

/**
 * That the tree of `size` begins with the tree of `firstSize`: RFC 9162, 2.1.4. Lookups as for an inclusion.
 * @throws RangeError unless 0 < firstSize <= size; every tree begins with the empty one.
 */
export function consistencyProof(
  { firstSize, size }: { readonly firstSize: number; readonly size: number },
  node: NodeLookup,
): Hash[] {
  check(firstSize > 0 && firstSize <= size, firstSize, size);
  return consistencySpans(firstSize, { start: 0, end: size }, true).map((span) => rootOf(span, node));
}

/** Roots of the full subtrees of a tree, the largest first. */
export function subtreesOf(size: number, node: NodeLookup): Hash[] {
  return fullSubtrees({ start: 0, end: size }).map(({ level, place }) => node(level, place));
}

export function rootOfTree(size: number, node: NodeLookup): Hash {
  return rootOf({ start: 0, end: size }, node);
}

/** The root of the leaves of a span, which begins where a subtree at least as large as it may begin. */
function rootOf(span: Span, node: NodeLookup): Hash {
  const [last, ...before] = fullSubtrees(span)
    .map(({ level, place }) => node(level, place))
    .reverse();
  return last === undefined ? EMPTY_ROOT : before.reduce((right, left) => nodeHash(left, right), last);
}

function fullSubtrees({ start, end }: Span): { readonly level: number; readonly place: number }[] {
  const found: { level: number; place: number }[] = [];
  for (let from = start; from < end;) {
    let [level, leaves] = [0, 1];
    while (leaves * 2 <= end - from) [level, leaves] = [level + 1, leaves * 2];
    found.push({ level, place: from / leaves });
    from += leaves;
  }
  return found;
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
