import type { EffectiveKey } from '@keyward/domain';
import type { LogView, Place, ProjectAddress, Violation } from './log-view.js';

/** What a worker was answered. */
export type SeenKey =
  | {
      readonly outcome: 'found';
      readonly source: string;
      readonly version: number;
      readonly keyId: string;
      readonly fingerprint: string;
      readonly secret: string;
    }
  | { readonly outcome: 'not_configured'; readonly reason: string };

export interface SeenLookup {
  readonly address: ProjectAddress;
  /** What the worker asked to be at least as fresh as; without a position, what was there one staleness bound ago. */
  readonly token: Place;
  /** What the answer says it was true at. */
  readonly place: Place;
  readonly answer: SeenKey;
}

/** The bytes of a key by its id, as they were sent; undefined for a key that nobody set. */
export type SecretOf = (keyId: string) => string | undefined;

/**
 * An answer is never older than its token, and is what the log says at its place or later, within the
 * log as it was when the answer came; a key has the very bytes that were set.
 */
export function checkLookups(log: LogView, lookups: readonly SeenLookup[], secretOf: SecretOf): Violation[] {
  return lookups.flatMap((lookup) => {
    const { address, token, place, answer } = lookup;
    const what = `${JSON.stringify(lookup, withoutSecret)}; the log says ${JSON.stringify(log.effectiveAt(address, place))}`;
    if (place < token) return [{ rule: 'older_than_token', what }];
    if (!log.effectiveSince(address, place).some((effective) => isSame(answer, effective)))
      return [{ rule: 'wrong_fold', what }];
    return hasItsBytes(answer, secretOf) ? [] : [{ rule: 'wrong_bytes', what }];
  });
}

/** The read model as a whole, asked while nothing was written: exactly the fold of the log at its place. */
export function checkReadModel(
  log: LogView,
  answers: readonly SeenLookup[],
  secretOf: SecretOf,
): Violation[] {
  return answers.flatMap(({ address, place, answer }) => {
    const effective = log.effectiveAt(address, place);
    const what = `${JSON.stringify({ address, place, answer }, withoutSecret)}; the log says ${JSON.stringify(effective)}`;
    if (!isSame(answer, effective)) return [{ rule: 'wrong_fold', what }];
    return hasItsBytes(answer, secretOf) ? [] : [{ rule: 'wrong_bytes', what }];
  });
}

export function isSame(seen: SeenKey, effective: EffectiveKey): boolean {
  if (seen.outcome === 'not_configured' || effective.outcome === 'not_configured') {
    return 'reason' in seen && 'reason' in effective && seen.reason === effective.reason;
  }
  const { keyId, version, fingerprint } = effective.key;
  const isKey = seen.keyId === keyId && seen.version === version && seen.fingerprint === fingerprint;
  return isKey && seen.source === effective.source;
}

function hasItsBytes(answer: SeenKey, secretOf: SecretOf): boolean {
  return answer.outcome !== 'found' || answer.secret === secretOf(answer.keyId);
}

function withoutSecret(name: string, value: unknown): unknown {
  return name === 'secret' ? '[secret]' : value;
}
