import { BrokenRule } from './rules.js';
import type { Setting } from './setting.js';

export interface Sharing {
  /** The schemes (without the colon) of what one process keeps to itself. */
  readonly ownSchemes: readonly string[];
  /** What a good value looks like, as the end of "must be ...". */
  readonly rule: string;
}

/**
 * The same setting for a process that is one of several: what it names has to be given, and must be
 * something that all of them reach.
 */
export function shared<T>(
  setting: Setting<T>,
  { ownSchemes, rule }: Sharing,
): Setting<Exclude<T, undefined>> {
  const parse = (raw: string): Exclude<T, undefined> => {
    if (ownSchemes.includes(raw.split(':', 1)[0]!.toLowerCase())) throw new BrokenRule(rule);
    try {
      return setting.parse(raw) as Exclude<T, undefined>;
    } catch (error) {
      // The setting's own rule offers what is not allowed here.
      throw error instanceof BrokenRule ? new BrokenRule(rule) : error;
    }
  };
  return { ...setting, rule, required: true, defaultText: undefined, parse };
}
