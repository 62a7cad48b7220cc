import { half, isOdd, nodeHash, type Hash } from './tree-hash.js';

export interface InclusionClaim {
  readonly leafHash: Hash;
  readonly index: number;
  readonly size: number;
  readonly rootHash: Hash;
}

/** Whether the proof shows that the leaf has that place in the tree with that root: RFC 9162, 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim, proof: readonly Hash[]): boolean {
  const { leafHash, index, size, rootHash } = claim;
  if (!isPlace(index, size - 1)) return false;
  let root = leafHash;
  const isWhole = climb({ place: index, last: size - 1 }, proof, (sibling, side) => {
    root = joined(side, sibling, root);
  });
  return isWhole && root.equals(rootHash);
}

export interface ConsistencyClaim {
  readonly firstSize: number;
  readonly firstRootHash: Hash;
  readonly size: number;
  readonly rootHash: Hash;
}

/** Whether the proof shows that the tree begins with the first one: RFC 9162, 2.1.4.2. */
export function verifyConsistency(claim: ConsistencyClaim, proof: readonly Hash[]): boolean {
  const { firstSize, firstRootHash, size, rootHash } = claim;
  if (!isPlace(firstSize - 1, size - 1)) return false;
  if (firstSize === size) return proof.length === 0 && firstRootHash.equals(rootHash);
  const node = lastFullSubtree(firstSize, size);
  // A first tree that is one full subtree is itself a node of the second.
  const [start, ...siblings] = node.place === 0 ? [firstRootHash, ...proof] : proof;
  if (start === undefined) return false;
  let [first, second] = [start, start];
  const isWhole = climb(node, siblings, (sibling, side) => {
    if (side === 'left') first = joined(side, sibling, first);
    second = joined(side, sibling, second);
  });
  return isWhole && first.equals(firstRootHash) && second.equals(rootHash);
}

/** A node's place in its level, and the place of the level's last node. */
interface Node {
  readonly place: number;
  readonly last: number;
}

/** Where the sibling stands. */
type Side = 'left' | 'right';

function lastFullSubtree(firstSize: number, size: number): Node {
  let node = { place: firstSize - 1, last: size - 1 };
  while (isOdd(node.place)) node = parentOf(node);
  return node;
}

/** Visits the siblings on the way to the root. False when there are more or fewer of them than levels. */
function climb(start: Node, siblings: readonly Hash[], visit: (sibling: Hash, side: Side) => void): boolean {
  let node = start;
  for (const sibling of siblings) {
    if (node.last === 0) return false;
    if (isOdd(node.place) || node.place === node.last) {
      visit(sibling, 'left');
      // A node without a right sibling moved up unchanged until it was somebody's right child.
      while (!isOdd(node.place) && node.place !== 0) node = parentOf(node);
    } else {
      visit(sibling, 'right');
    }
    node = parentOf(node);
  }
  return node.last === 0;
}

function joined(side: Side, sibling: Hash, node: Hash): Hash {
  return side === 'left' ? nodeHash(sibling, node) : nodeHash(node, sibling);
}

function parentOf({ place, last }: Node): Node {
  return { place: half(place), last: half(last) };
}

function isPlace(place: number, last: number): boolean {
  return Number.isSafeInteger(place) && Number.isSafeInteger(last) && place >= 0 && place <= last;
}
