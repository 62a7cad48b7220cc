import { readFile } from 'node:fs/promises';
import { TrustedKeys } from '@keyward/audit';
import { usageError } from '../errors/cli-error.js';
import { unreadable } from './file-input.js';

/** The public keys in the file of --trust. */
export async function trustedKeys(path: string): Promise<TrustedKeys> {
  const pem = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw unreadable('--trust', error);
  });
  try {
    return TrustedKeys.fromPem(pem, 'The file of --trust');
  } catch (error) {
    throw usageError((error as Error).message);
  }
}
