/**
 * The last net before a line leaves the process. Redaction by field name comes first; this catches
 * what stood inside a sentence: JWTs and other base64url JSON, bearer credentials, and the key
 * shapes of well-known vendors.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*/g, '[token]'],
  [/\b(Bearer|Basic)\s+(?=\S*\d|\S{16})[A-Za-z0-9._~+/=-]{6,}/gi, '$1 [token]'],
  [/\b(?:sk|pk|rk|gh[opsur]|github_pat|glpat|xox[abeoprs]|AKIA|AIza)[-_A-Za-z0-9]{16,}/g, '[key]'],
  [/(:\/\/[^\s:/@"]*):[^\s/@"]+@/g, '$1:[password]@'],
];

/** The line without anything that looks like a credential. */
export function scrub(line: string): string {
  let clean = line;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}
