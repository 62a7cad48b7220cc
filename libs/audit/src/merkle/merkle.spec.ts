import fc from 'fast-check';
import { MerkleRange, subtreeCount } from './merkle-range.js';
import { consistencyProof, inclusionProof, subtreesOf, type NodeLookup } from './proofs.js';
import { EMPTY_ROOT, leafHash, nodeHash, type Hash } from './tree-hash.js';
import { verifyConsistency, verifyInclusion } from './verify-proof.js';

/** The entries, roots and proofs of the reference implementation of Certificate Transparency. */
const ENTRIES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const KNOWN = ENTRIES.map((hex) => leafHash(Buffer.from(hex, 'hex')));
const MOST = 70;
const LEAVES = Array.from({ length: MOST }, (_, n) => leafHash(`entry ${n}`));

/** RFC 9162, 2.1.1, word for word: what the incremental tree is held against. */
function treeHash(leaves: readonly Hash[]): Hash {
  if (leaves.length < 2) return leaves[0] ?? EMPTY_ROOT;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

function rootOf(leaves: readonly Hash[]): Hash {
  const range = new MerkleRange();
  for (const leaf of leaves) range.append(leaf);
  return range.root();
}

/** The full subtrees that appending the leaves completes: what a server keeps. */
function nodesOf(leaves: readonly Hash[]): NodeLookup {
  const range = new MerkleRange();
  const kept = leaves
    .flatMap((leaf) => range.append(leaf))
    .map(({ level, place, hash }) => [`${level}/${place}`, hash] as const);
  const nodes = new Map(kept);
  return (level, place) => nodes.get(`${level}/${place}`)!;
}
const NODES = nodesOf(LEAVES);
const KNOWN_NODES = nodesOf(KNOWN);

const hexOf = (hashes: readonly Hash[]): string[] => hashes.map((each) => each.toString('hex'));
const flipped = (given: Hash): Hash => Buffer.from(given.map((byte, n) => (n === 7 ? byte ^ 4 : byte)));

describe('A Merkle tree', () => {
  it.each(ROOTS.map((root, size) => [size, root]))(
    'of the first %i known entries has the known root',
    (size, root) => {
      expect(rootOf(KNOWN.slice(0, Number(size))).toString('hex')).toBe(root);
    },
  );

  it('has the root that RFC 9162 defines, at every size', () => {
    for (let size = 0; size <= MOST; size += 1) {
      expect(rootOf(LEAVES.slice(0, size))).toEqual(treeHash(LEAVES.slice(0, size)));
    }
  });

  it('goes on from its full subtrees as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.nat(MOST), fc.nat(MOST), (a, b) => {
        const [stop, size] = [Math.min(a, b), Math.max(a, b)];
        const before = new MerkleRange();
        for (const leaf of LEAVES.slice(0, stop)) before.append(leaf);
        const after = new MerkleRange(before.size, before.subtrees);
        for (const leaf of LEAVES.slice(stop, size)) after.append(leaf);
        expect({ size: after.size, root: after.root() }).toEqual({
          size,
          root: treeHash(LEAVES.slice(0, size)),
        });
      }),
    );
  });

  it('has the full subtrees, at every size, that were completed on the way', () => {
    for (let size = 0; size <= MOST; size += 1) {
      const range = new MerkleRange();
      for (const leaf of LEAVES.slice(0, size)) range.append(leaf);
      expect(subtreesOf(size, NODES)).toEqual(range.subtrees);
    }
  });

  it('keeps one hash for each bit of its size, and takes no other number', () => {
    expect([0, 1, 2, 3, 7, 8, 255, 2 ** 40, 2 ** 40 + 1].map(subtreeCount)).toEqual([
      0, 1, 1, 2, 3, 1, 8, 1, 2,
    ]);
    expect(() => new MerkleRange(3, [LEAVES[0]!])).toThrow(RangeError);
    expect(() => new MerkleRange(-1)).toThrow(RangeError);
    expect(() => new MerkleRange(1.5, [LEAVES[0]!])).toThrow(RangeError);
  });
});

describe('An inclusion proof', () => {
  it('is the known one', () => {
    expect(hexOf(inclusionProof({ index: 0, size: 8 }, KNOWN_NODES))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
  });

  it('proves every leaf of every tree, and neither another leaf, nor another place or root', () => {
    for (let size = 1; size <= MOST; size += 1) {
      const rootHash = treeHash(LEAVES.slice(0, size));
      for (let index = 0; index < size; index += 1) {
        const claim = { leafHash: LEAVES[index]!, index, size, rootHash };
        const proof = inclusionProof(claim, NODES);
        expect(verifyInclusion(claim, proof)).toBe(true);
        expect(verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash) }, proof)).toBe(false);
        expect(verifyInclusion({ ...claim, index: index + 1 }, proof)).toBe(false);
        expect(verifyInclusion({ ...claim, index: index - 1 }, proof)).toBe(false);
        expect(verifyInclusion({ ...claim, rootHash: flipped(rootHash) }, proof)).toBe(false);
        expect(verifyInclusion(claim, [...proof, rootHash])).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(claim, proof.slice(1))).toBe(false);
      }
    }
  });

  it('works beyond 32 bits', () => {
    // A tree of 2^40 leaves that are all alike has one hash a level.
    const levels = [LEAVES[0]!];
    for (let level = 0; level < 40; level += 1) levels.push(nodeHash(levels[level]!, levels[level]!));
    const claim = { leafHash: LEAVES[0]!, size: 2 ** 40, rootHash: levels[40]! };
    expect(verifyInclusion({ ...claim, index: 2 ** 39 + 5 }, levels.slice(0, 40))).toBe(true);
    expect(verifyInclusion({ ...claim, index: 2 ** 40 }, levels.slice(0, 40))).toBe(false);
  });

  it('is refused for a leaf that the tree does not have', () => {
    expect(() => inclusionProof({ index: 3, size: 3 }, NODES)).toThrow(RangeError);
    expect(() => inclusionProof({ index: -1, size: 3 }, NODES)).toThrow(RangeError);
  });
});

describe('A consistency proof', () => {
  it.each([
    [1, 1, []],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ])('from %i to %i is the known one', (firstSize, size, known) => {
    expect(hexOf(consistencyProof({ firstSize, size }, KNOWN_NODES))).toEqual(known);
  });

  it('proves that every tree begins with every smaller one, and nothing else', () => {
    for (let size = 1; size <= MOST; size += 1) {
      const rootHash = treeHash(LEAVES.slice(0, size));
      for (let firstSize = 1; firstSize <= size; firstSize += 1) {
        const claim = { firstSize, firstRootHash: treeHash(LEAVES.slice(0, firstSize)), size, rootHash };
        const proof = consistencyProof(claim, NODES);
        expect(verifyConsistency(claim, proof)).toBe(true);
        expect(verifyConsistency({ ...claim, firstRootHash: flipped(claim.firstRootHash) }, proof)).toBe(
          false,
        );
        expect(verifyConsistency({ ...claim, rootHash: flipped(rootHash) }, proof)).toBe(false);
        expect(verifyConsistency({ ...claim, firstSize: firstSize - 1 }, proof)).toBe(false);
        expect(verifyConsistency(claim, [...proof, rootHash])).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(claim, proof.slice(0, -1))).toBe(false);
      }
    }
  });

  it('does not join two histories that differ in one old leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: MOST }), fc.nat(), fc.nat(), (size, a, b) => {
        const firstSize = 1 + (a % (size - 1));
        const changed = LEAVES.map((leaf, n) => (n === b % firstSize ? flipped(leaf) : leaf));
        const proof = consistencyProof({ firstSize, size }, nodesOf(changed));
        const claim = { firstSize, firstRootHash: treeHash(LEAVES.slice(0, firstSize)), size };
        expect(verifyConsistency({ ...claim, rootHash: treeHash(changed.slice(0, size)) }, proof)).toBe(
          false,
        );
      }),
    );
  });

  it('is refused from the empty tree and from a larger one', () => {
    expect(() => consistencyProof({ firstSize: 0, size: 3 }, NODES)).toThrow(RangeError);
    expect(() => consistencyProof({ firstSize: 4, size: 3 }, NODES)).toThrow(RangeError);
  });
});
