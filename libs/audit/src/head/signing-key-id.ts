import { hash, type KeyObject } from 'node:crypto';

const RAW_BYTES = 32;

/** See {@link HeadSigner.signingKeyId}. */
export function signingKeyIdOf(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES), 'hex');
}
