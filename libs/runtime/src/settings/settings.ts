import { nearestName } from './nearest-name.js';
import { BrokenRule } from './rules.js';
import type { Setting } from './setting.js';
import { SettingsError, type SettingProblem } from './settings.errors.js';

const PREFIX = 'KEYWARD_';

/** Keyward's own names, and those that OpenTelemetry fixes for everybody. */
type SettingName = `KEYWARD_${string}` | `OTEL_${string}`;

export type SettingDefinitions = Readonly<Record<SettingName, Setting<unknown>>>;

/** What {@link loadSettings} makes of definitions: the same names, the parsed values. */
export type SettingsOf<D> = { readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never };

/** Checks the names and hands the definitions back, typed. Libraries export one such object each; apps spread them together. */
export function defineSettings<const D extends SettingDefinitions>(definitions: D): D {
  for (const name of Object.keys(definitions)) {
    if (!/^(KEYWARD|OTEL)_[A-Z0-9]+(_[A-Z0-9]+)*$/.test(name))
      throw new TypeError(`${name} is no name for a setting`);
  }
  return Object.freeze(definitions);
}

/** Puts several definitions together. @throws TypeError when two parts define one name differently. */
export function mergeSettings<const L extends readonly SettingDefinitions[]>(...list: L): MergedSettings<L> {
  const merged: Record<string, Setting<unknown>> = {};
  for (const [name, definition] of list.flatMap((definitions) => Object.entries(definitions))) {
    if (Object.hasOwn(merged, name) && merged[name] !== definition)
      throw new TypeError(`${name} is defined twice`);
    merged[name] = definition;
  }
  return Object.freeze(merged) as MergedSettings<L>;
}

type MergedSettings<L extends readonly unknown[]> = L extends readonly [infer Head, ...infer Rest]
  ? Head & MergedSettings<Rest>
  : unknown;

type Environment = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** Names that other Keyward apps read: one environment may serve several apps, so these are no typing errors. */
  readonly alsoKnown?: Iterable<string>;
}

/**
 * Reads, checks and freezes the settings. An empty variable counts as not set.
 * A KEYWARD_ variable that nobody reads is refused: it is nearly always a typing error.
 * @throws SettingsError which lists every problem, by name and rule, without a value.
 */
export function loadSettings<const D extends SettingDefinitions>(
  definitions: D,
  env: Environment = process.env,
  { alsoKnown = [] }: LoadOptions = {},
): SettingsOf<D> {
  const values: Record<string, unknown> = {};
  const problems: SettingProblem[] = [];
  for (const [name, definition] of Object.entries<Setting<unknown>>(definitions)) {
    const raw = textOf(name, env) ?? definition.defaultText;
    if (raw !== undefined) values[name] = parseOrNote(name, definition, raw, problems);
    else problems.push(...missing(name, definition));
  }
  const known = new Set([...Object.keys(definitions), ...alsoKnown]);
  problems.push(...unknownNames(env, known));
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(values) as SettingsOf<D>;
}

function missing(name: string, { required, rule }: Setting<unknown>): SettingProblem[] {
  return required ? [{ name, problem: `must be set, to ${rule}.` }] : [];
}

function textOf(name: string, env: Environment): string | undefined {
  return env[name]?.trim() || undefined;
}

function parseOrNote(
  name: string,
  definition: Setting<unknown>,
  raw: string,
  problems: SettingProblem[],
): unknown {
  try {
    return definition.parse(raw);
  } catch (error) {
    if (!(error instanceof BrokenRule)) throw error;
    problems.push({ name, problem: `must be ${error.rule}: correct it${alternative(definition)}.` });
    return undefined;
  }
}

function alternative({ required, defaultText }: Setting<unknown>): string {
  if (required) return '';
  return defaultText === undefined ? ', or leave it out' : `, or leave it out for ${defaultText}`;
}

function unknownNames(env: Environment, known: ReadonlySet<string>): SettingProblem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !isForeign(name, env[name] ?? ''))
    .sort()
    .map((name) => {
      const near = nearestName(name, known);
      const remedy =
        near === undefined ? 'remove it, or see docs/configuration.md.' : `did you mean ${near}?`;
      return { name, problem: `is not a setting: ${remedy}` };
    });
}

/** KEYWARD_ variables that are somebody else's: the tests', the command line's, and those Kubernetes makes for a Service named keyward. */
function isForeign(name: string, value: string): boolean {
  if (name.startsWith('KEYWARD_TEST_') || name === 'KEYWARD_TOKEN') return true;
  if (/_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name)) return true;
  return (
    /_PORT(_\d+_(TCP|UDP)(_[A-Z]+)?)?$/.test(name) &&
    (/^(tcp|udp):\/\//.test(value) || /_(TCP|UDP)_[A-Z]+$/.test(name))
  );
}

/** One line of the settings' documentation. */
export interface SettingRow {
  readonly name: string;
  readonly kind: string;
  readonly rule: string;
  /** As written in the environment; undefined when there is none. */
  readonly default: string | undefined;
  readonly secret: boolean;
  readonly doc: string;
}

/** The rows of docs/configuration.md, in the order of definition. */
export function describeSettings(definitions: SettingDefinitions): readonly SettingRow[] {
  return Object.entries<Setting<unknown>>(definitions).map(([name, definition]) => ({
    name,
    kind: definition.kind,
    rule: definition.rule,
    default: definition.defaultText,
    secret: definition.secret,
    doc: definition.doc,
  }));
}
