import { readFileSync } from 'node:fs';

/** JSON texts and their canonical form, for verifiers in every language. */
export interface GoldenText {
  readonly name: string;
  readonly json: string;
  readonly canonical: string;
}

export const GOLDEN_FILE = 'libs/audit/src/canonical/canonical-json.golden.json';

export function goldenCanonicalJson(): readonly GoldenText[] {
  return JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) as readonly GoldenText[];
}
