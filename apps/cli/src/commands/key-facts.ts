import type { Style } from '@keyward/runtime';
import type { Cell } from '../output/table.js';

/** A key as the API shows it. */
export interface KeyFacts {
  readonly mask: string;
  readonly version: number;
  readonly setBy: string;
  readonly setAt: string;
}

/** An effective key as the API shows it. */
export interface EffectiveAnswer {
  readonly outcome: string;
  readonly source: 'organization' | 'project' | null;
  readonly reason: string | null;
  readonly key: KeyFacts | null;
}

const WORDS: Readonly<Record<string, string>> = {
  not_set: 'not set',
  disabled: 'switched off',
  enabled: 'on',
  effective: 'used',
};
const COLOURS: Readonly<Record<string, 'green' | 'yellow' | 'dim'>> = {
  enabled: 'green',
  effective: 'green',
  disabled: 'yellow',
  not_set: 'dim',
  overridden: 'dim',
};

/** A state, a verdict or a reason, in words and a colour. */
export function stateCell(style: Style, state: string): Cell {
  const word = WORDS[state] ?? state;
  const colour = COLOURS[state];
  return colour === undefined ? word : { painted: style.paint(colour, word) };
}

/** Uses, key, version, set by, set at. */
export function effectiveCells(style: Style, { source, reason, key }: EffectiveAnswer): Cell[] {
  if (!source || !key) return [stateCell(style, reason ?? 'not_set'), null, null, null, null];
  return [source, key.mask, key.version, key.setBy, shortTime(key.setAt)];
}

/** `2026-03-31 12:00:00`, in UTC as everything that Keyward says. */
export function shortTime(rfc3339: string): string {
  return rfc3339.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}
