/** Marks a label whose values are short names made by the program (a loop, a method), not known beforehand. */
export const identifier = Symbol('identifier');

/** The values a label may take: a closed list, or {@link identifier}. Free text is not possible. */
export type LabelRule = readonly string[] | typeof identifier;
export type LabelRules = Readonly<Record<string, LabelRule>>;

/** The label values that go with the rules. */
export type LabelsOf<R extends LabelRules> = {
  readonly [K in keyof R]: R[K] extends readonly (infer V)[] ? V : string;
};

const OTHER = 'other';
const MAX_IDENTIFIERS = 200;

/**
 * Lets through what the rules allow and turns all else into `other`, so that what a caller sent can
 * neither appear among the metrics nor make their number grow without end.
 */
export class LabelGuard<R extends LabelRules> {
  readonly names: string[];
  private readonly allowed: ReadonlyMap<string, { readonly closed: boolean; readonly values: Set<string> }>;

  constructor(rules: R) {
    this.names = Object.keys(rules);
    this.allowed = new Map(
      Object.entries<LabelRule>(rules).map(([name, rule]) => [
        name,
        rule === identifier ? { closed: false, values: new Set() } : { closed: true, values: new Set(rule) },
      ]),
    );
  }

  check(labels: Readonly<Record<string, string>>): Record<string, string> {
    const checked: Record<string, string> = {};
    for (const [name, rule] of this.allowed) {
      const value = labels[name];
      checked[name] = value !== undefined && isAllowed(value, rule) ? value : OTHER;
    }
    return checked;
  }
}

function isAllowed(value: string, rule: { readonly closed: boolean; readonly values: Set<string> }): boolean {
  if (rule.values.has(value)) return true;
  if (rule.closed || rule.values.size >= MAX_IDENTIFIERS || !/^[A-Za-z][A-Za-z0-9_.:/-]{0,63}$/.test(value))
    return false;
  rule.values.add(value);
  return true;
}
