import { resolve } from 'node:path';
import {
  BrokenRule,
  parseBoolean,
  parseBytes,
  parseDuration,
  parseFraction,
  parseInteger,
  parseUrl,
} from './rules.js';

/** One environment variable: how it is read, checked and described. Made by {@link setting}. */
export interface Setting<T> {
  readonly kind: string;
  /** What a good value looks like, as the end of "must be ...". */
  readonly rule: string;
  /** One line for the generated documentation. */
  readonly doc: string;
  /** The default as one would write it in the environment; undefined for an optional setting. */
  readonly defaultText: string | undefined;
  /** A secret's value is never printed and it has no default. */
  readonly secret: boolean;
  /** True when it has to be given. */
  readonly required?: boolean;
  /** @throws BrokenRule when the text is not a good value. */
  readonly parse: (raw: string) => T;
}

interface WithDefault<D> {
  readonly doc: string;
  readonly default: D;
  readonly secret?: never;
  readonly optional?: never;
}

interface WithoutDefault {
  readonly doc: string;
  readonly optional: true;
  readonly secret?: boolean;
  readonly default?: never;
}

type Options<D> = WithDefault<D> | WithoutDefault;
type Writable = string | number | boolean;

/** A setting without a default may be missing, and then is undefined. */
type Value<T, O> = O extends WithoutDefault ? T | undefined : T;

function make<T, O extends Options<Writable>>(
  kind: string,
  rule: string,
  options: O,
  parse: (raw: string) => T,
): Setting<Value<T, O>> {
  const defaultText = options.default === undefined ? undefined : String(options.default);
  // A default that breaks its own rule is a programming error: it shows at import, not at a customer's.
  if (defaultText !== undefined) parse(defaultText);
  const made = { kind, rule, doc: options.doc, defaultText, secret: options.secret ?? false, parse };
  return made;
}

interface TextCheck {
  /** Completes "must be ..."; say what to write. Needed with `pattern` or `check`. */
  readonly rule?: string;
  readonly pattern?: RegExp;
  readonly check?: (value: string) => boolean;
}

function checkedText(raw: string, rule: string, { pattern, check }: TextCheck): string {
  if (pattern && !pattern.test(raw)) throw new BrokenRule(rule);
  if (check && !check(raw)) throw new BrokenRule(rule);
  return raw;
}

interface Range {
  readonly min?: number;
  readonly max?: number;
}

interface TextRange {
  /** Smallest good value, written like the setting itself (`'1s'`, `'64kb'`). */
  readonly min?: string;
  readonly max?: string;
}

function ranged(
  parse: (raw: string, rule: string) => number,
  noun: string,
  { min, max }: TextRange,
): { rule: string; parse: (raw: string) => number } {
  const rule =
    noun + (min === undefined ? '' : `, at least ${min}`) + (max === undefined ? '' : `, at most ${max}`);
  const lowest = min === undefined ? 0 : parse(min, rule);
  const highest = max === undefined ? Number.MAX_SAFE_INTEGER : parse(max, rule);
  const parseInRange = (raw: string): number => {
    const value = parse(raw, rule);
    if (value < lowest || value > highest) throw new BrokenRule(rule);
    return value;
  };
  return { rule, parse: parseInRange };
}

/**
 * The kinds of settings. Each takes a `doc` line and either a `default` or `optional: true`
 * (then the value may be undefined, and it may be `secret: true`).
 */
export const setting = {
  string<const O extends Options<string> & TextCheck>(options: O): Setting<Value<string, O>> {
    const rule = options.rule ?? 'a text';
    return make('text', rule, options, (raw) => checkedText(raw, rule, options));
  },

  /** A TCP port; 0 lets the operating system choose. */
  port<const O extends Options<number>>(options: O): Setting<Value<number, O>> {
    const rule = 'a port number from 0 to 65535';
    return make('port', rule, options, (raw) => parseInteger(raw, rule, 0, 65_535));
  },

  integer<const O extends Options<number> & Range>(options: O): Setting<Value<number, O>> {
    const min = options.min ?? 0;
    const max = options.max ?? Number.MAX_SAFE_INTEGER;
    const upTo = options.max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
    const rule = `a whole number${upTo}`;
    return make('integer', rule, options, (raw) => parseInteger(raw, rule, min, max));
  },

  fraction<const O extends Options<number>>(options: O): Setting<Value<number, O>> {
    const rule = 'a number from 0 to 1, such as 0.05';
    return make('fraction', rule, options, (raw) => parseFraction(raw, rule));
  },

  /** In the environment `500ms`, `2s`, `10m`, `1h`, `7d`; in the program milliseconds. */
  duration<const O extends Options<string> & TextRange>(options: O): Setting<Value<number, O>> {
    const { rule, parse } = ranged(parseDuration, 'a duration such as 500ms, 2s, 10m, 1h or 7d', options);
    return make('duration', rule, options, parse);
  },

  /** In the environment `512`, `64kb`, `1mb`, `2gb`; in the program bytes. */
  bytes<const O extends Options<string> & TextRange>(options: O): Setting<Value<number, O>> {
    const { rule, parse } = ranged(parseBytes, 'a size such as 512, 64kb, 1mb or 2gb', options);
    return make('size', rule, options, parse);
  },

  boolean<const O extends Options<boolean>>(options: O): Setting<Value<boolean, O>> {
    const rule = 'true or false';
    return make('boolean', rule, options, (raw) => parseBoolean(raw, rule));
  },

  /** One of a few words, written exactly so. */
  oneOf<const V extends string, const O extends Options<V>>(
    values: readonly V[],
    options: O,
  ): Setting<Value<V, O>> {
    const rule = `one of ${values.join(', ')}`;
    return make('choice', rule, options, (raw) => {
      const found = values.find((value) => value === raw);
      if (found === undefined) throw new BrokenRule(rule);
      return found;
    });
  },

  /** An address with one of the given schemes (without the colon). The text is kept as it was written. */
  url<const O extends Options<string> & { readonly schemes: readonly string[] }>(
    options: O,
  ): Setting<Value<string, O>> {
    const rule = `an address that starts with ${options.schemes.map((scheme) => `"${scheme}:"`).join(' or ')}`;
    return make('address', rule, options, (raw) => parseUrl(raw, rule, options.schemes));
  },

  /** A file or folder; a relative one is taken from the folder in which the process was started. */
  path<const O extends Options<string>>(options: O): Setting<Value<string, O>> {
    const rule = 'a path';
    return make('path', rule, options, (raw) => {
      if (raw.includes('\0')) throw new BrokenRule(rule);
      return resolve(raw);
    });
  },
} as const;
