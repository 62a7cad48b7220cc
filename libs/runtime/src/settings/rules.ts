const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTE_UNITS = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const;

/** Thrown by a setting's check. `rule` says what a good value looks like, never what was given. */
export class BrokenRule extends Error {
  constructor(readonly rule: string) {
    super(rule);
  }
}

export function parseInteger(raw: string, rule: string, min: number, max: number): number {
  const value = /^-?\d{1,15}$/.test(raw) ? Number(raw) : NaN;
  if (!(value >= min && value <= max)) throw new BrokenRule(rule);
  return value;
}

/** `'0'`, `'0.25'`, `'1'`. */
export function parseFraction(raw: string, rule: string): number {
  if (!/^(0?\.\d{1,9}|0|1|1\.0{1,9})$/.test(raw)) throw new BrokenRule(rule);
  return Number(raw);
}

export function parseBoolean(raw: string, rule: string): boolean {
  if (raw === 'true' || raw === '1') return true;
  if (raw === 'false' || raw === '0') return false;
  throw new BrokenRule(rule);
}

/** `'500ms'`, `'2s'`, `'10m'`, `'1h'`, `'7d'`, and `'0'`, which needs no unit; the answer is in milliseconds. */
export function parseDuration(raw: string, rule: string): number {
  if (raw === '0') return 0;
  return parseWithUnit(raw, rule, DURATION_UNITS);
}

/** `'512'`, `'64kb'`, `'1mb'`, `'2gb'` (powers of 1024); the answer is in bytes. */
export function parseBytes(raw: string, rule: string): number {
  return parseWithUnit(/^\d+$/.test(raw) ? `${raw}b` : raw, rule, BYTE_UNITS);
}

function parseWithUnit(raw: string, rule: string, units: Readonly<Record<string, number>>): number {
  const match = /^(\d{1,12})\s?([a-z]{1,2})$/i.exec(raw);
  const factor =
    match && Object.hasOwn(units, match[2]!.toLowerCase()) ? units[match[2]!.toLowerCase()] : undefined;
  const value = factor === undefined ? NaN : Number(match![1]) * factor;
  if (!Number.isSafeInteger(value)) throw new BrokenRule(rule);
  return value;
}

export function parseUrl(raw: string, rule: string, schemes: readonly string[]): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(raw)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) throw new BrokenRule(rule);
  // `sqlite:./data/x.db` and `memory:` have no authority, and are no URL of the WHATWG kind.
  if (raw.slice(scheme.length + 1).startsWith('//') && !URL.canParse(withOneHost(raw)))
    throw new BrokenRule(rule);
  return raw;
}

/** Clusters are named by several hosts with commas between, which a URL of the WHATWG kind cannot. */
function withOneHost(raw: string): string {
  return raw.replace(/^([^/]+\/\/(?:[^@/?#]*@)?[^,/?#]+)(?:,[^,/?#]+)+/, '$1');
}
