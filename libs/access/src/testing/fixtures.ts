import type { KeywardError } from '@keyward/contracts';
import type { Principal } from '../principal.js';

/** Signed in, and nothing more. */
export const NOBODY_IN_PARTICULAR: Principal = {
  subject: 'somebody',
  platformAdmin: false,
  organizations: new Map(),
  projects: new Map(),
  worker: null,
  expiresAt: new Date('2100-01-01T00:00:00Z'),
};

/** What was thrown or rejected with; fails the test when nothing was. */
export async function failureOf(action: () => unknown): Promise<KeywardError> {
  try {
    await action();
  } catch (error) {
    return error as KeywardError;
  }
  throw new Error('expected a failure, and there was none');
}
