import { z } from 'zod';

const RULE = 'must be a path of the console, such as /organizations/acme';
const MAX_LENGTH = 512;
const SOMEWHERE = 'http://console.invalid';

/**
 * Where to go after signing in: a path here and nowhere else. Two slashes or a backslash at the begin name another
 * host to a browser, and control characters are taken out before it looks.
 */
export const returnPath = z
  .string({ error: () => RULE })
  .max(MAX_LENGTH, { error: () => RULE })
  .refine(isLocalPath, { error: () => RULE });

function isLocalPath(text: string): boolean {
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text) || !URL.canParse(text, SOMEWHERE)) return false;
  return new URL(text, SOMEWHERE).origin === SOMEWHERE;
}
