import { Secret } from '@keyward/sealing';
import type { KeyToSet } from './slots.js';
import type { SetKeyRequest } from './key.request.js';

/** Runs a command with the key in a form that nothing prints, and zeroes it afterwards, whatever happens. */
export async function withSecret<T>(
  { secret: text, credentialKind }: SetKeyRequest,
  use: (key: KeyToSet) => Promise<T>,
): Promise<T> {
  const secret = Secret.fromUtf8(text);
  try {
    return await use({ secret, credentialKind });
  } finally {
    secret.destroy();
  }
}
