import { createHash, hash } from 'node:crypto';

/** SHA-256 everywhere: 32 bytes. */
export type Hash = Buffer;

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Hash = hash('sha256', '', 'buffer');

/** RFC 9162, 2.1.1: the prefix keeps a leaf from passing for an inner node. */
export function leafHash(entry: Uint8Array | string): Hash {
  return createHash('sha256').update(LEAF).update(entry).digest();
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** A leaf that is the last of its pair, and so on upwards. Numbers, not bits: a log may outgrow 32 of them. */
export const isOdd = (n: number): boolean => n % 2 === 1;
export const half = (n: number): number => Math.floor(n / 2);
