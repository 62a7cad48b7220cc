/** What a figure has to be. `of` says which: the measured value, or its ratio to the limit of the same run. */
export type Goal = { readonly of: 'value' | 'ratio' } & (
  { readonly atLeast: number } | { readonly atMost: number }
);

export interface Measurement {
  /** In the row's unit. */
  readonly value: number;
  /** What a bare program without Keyward reaches at the same, in the same run and unit. */
  readonly limit?: number;
  /** value / limit, or whatever else the row's goal compares. */
  readonly ratio?: number;
  /** The figures of the single rounds, by what they are of. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** What one has to know to read the figures. */
  readonly notes?: readonly string[];
}

/** One line of the table. Files under rows/ named `*.bench.ts` export theirs as `rows`. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly goal: Goal;
  run(bench: Bench): Promise<Measurement>;
}

/** Something that several rows of a file use: opened by the first that asks, closed after the file's last row. */
export interface Fixture<T> {
  open(bench: Bench): Promise<{ readonly value: T; close(): Promise<void> }>;
}

/** What a row gets to measure with. */
export interface Bench {
  /** Shorter, rougher: to see that a row works. */
  readonly quick: boolean;
  /** How many rounds of each kind to take the median of. */
  readonly rounds: number;
  /** How long one round is. */
  readonly roundMs: number;
  /** For rows about what only time shows: how long they load Keyward. */
  readonly minutes: number;
  /** A line for who waits. */
  progress(text: string): void;
  shared<T>(fixture: Fixture<T>): Promise<T>;
}

export interface Result extends Partial<Measurement> {
  readonly name: string;
  readonly unit: string;
  readonly goal: Goal;
  /** Undefined when the row failed to run. */
  readonly met: boolean | undefined;
  readonly error?: string;
}

export function isMet(goal: Goal, { value, ratio }: Pick<Measurement, 'value' | 'ratio'>): boolean {
  const figure = goal.of === 'value' ? value : (ratio ?? NaN);
  return 'atLeast' in goal ? figure >= goal.atLeast : figure <= goal.atMost;
}
