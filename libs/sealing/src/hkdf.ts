import { hkdfSync, type KeyObject } from 'node:crypto';

/** HKDF-SHA-256 without salt: one-way and, per `purpose`, independent. Safe to store for keys of 32 random bytes. */
export function derive(key: KeyObject, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), purpose, length));
}
