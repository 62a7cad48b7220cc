import { maskFromLastFour } from '@keyward/contracts';
import type { SlotState } from '@keyward/domain';

/** The answer to a set: the version in force, and never the key. */
export interface KeySetAnswer {
  readonly keyId: string;
  readonly version: number;
  readonly mask: string;
  readonly fingerprint: string;
  /** False when the organization's key is kept but switched off: setting the same value does not switch it on. */
  readonly enabled: boolean;
  /** True when the slot had no key before. */
  readonly created: boolean;
}

/** The answer to a removal or a toggle: which version it was about. */
export interface KeyUseAnswer {
  readonly keyId: string;
  readonly version: number;
  readonly enabled: boolean;
}

export function keySetAnswer(before: SlotState, after: SlotState): KeySetAnswer {
  const { keyId, version, lastFour, fingerprint } = after.key!;
  return {
    keyId,
    version,
    mask: maskFromLastFour(lastFour),
    fingerprint,
    enabled: after.enabled,
    created: before.key === null,
  };
}

export function keyUseAnswer(before: SlotState, after: SlotState): KeyUseAnswer {
  // A removal leaves no key behind: the answer is about the one that was removed.
  const { keyId, version } = (after.key ?? before.key)!;
  return { keyId, version, enabled: after.enabled };
}
