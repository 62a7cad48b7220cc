import { KeywardError, looksLikeMask } from '@keyward/contracts';
import type { CredentialKind, Integration } from '@keyward/domain';

/** Longest key in bytes of UTF-8; a service account's JSON file is the largest kind there is. */
export const MAX_SECRET_BYTES = 16 * 1024;

const FIELD = 'secret';

/**
 * Refuses a value that cannot be a key of this kind of this integration. The rules never repeat the
 * value, and never change it: a key is used byte for byte as it was set.
 */
export function checkKeyValue(value: string, integration: Integration, kind: CredentialKind): void {
  if (looksLikeMask(value)) {
    throw new KeywardError(
      'MASKED_VALUE',
      'This is the mask that stands for a key, not the key. Enter the whole key.',
      {
        violations: [{ field: FIELD, rule: 'must be the key itself, not its mask' }],
      },
    );
  }
  const rule = brokenRule(value, integration, kind);
  if (rule === null) return;
  throw new KeywardError('INVALID_KEY_FORMAT', `This is not a key of ${integration.name}: it ${rule}.`, {
    violations: [{ field: FIELD, rule }],
  });
}

function brokenRule(value: string, integration: Integration, kind: CredentialKind): string | null {
  if (!value.isWellFormed()) return 'must be well-formed text';
  if (Buffer.byteLength(value) > MAX_SECRET_BYTES) return `must have at most ${MAX_SECRET_BYTES} bytes`;
  return kind === 'service_account' ? brokenServiceAccountRule(value) : brokenApiKeyRule(value, integration);
}

function brokenApiKeyRule(value: string, { keyFormat }: Integration): string | null {
  if (value.trim() !== value) return 'must not begin or end with white space: copy the key alone';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value))
    return 'must be one line without control characters: copy the key alone';
  if (keyFormat && !new RegExp(keyFormat.pattern).test(value)) return `must ${keyFormat.description}`;
  return null;
}

/** A service account's credential may be a file of several lines, as Google's JSON is. */
function brokenServiceAccountRule(value: string): string | null {
  return value.trim() === '' ? 'must not be blank' : null;
}
