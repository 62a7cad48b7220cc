import { randomBytes } from 'node:crypto';
import { InProcessKeks } from '../kek/in-process-keks.js';
import type { SealBinding } from '../seal-binding.js';

/** Key encryption keys of random bytes; the first id is the current one. */
export function randomKeks(...ids: [string, ...string[]]): InProcessKeks {
  return new InProcessKeks(
    ids.map((id) => ({ id, bytes: randomBytes(32) })),
    ids[0],
    'the test',
  );
}

export const PROJECT_BINDING: SealBinding = {
  organizationId: 'acme',
  projectId: 'website',
  integrationId: 'openai',
  keyId: 'key-1',
  version: 1,
};

/** What was thrown or rejected with; fails the test when nothing was. */
export async function failureOf(action: () => unknown): Promise<Error & { code?: string }> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a failure, and there was none');
}

/** The forms in which bytes might leak into a text. */
export function shapesOf(bytes: Buffer): string[] {
  return [
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('latin1'),
  ];
}
