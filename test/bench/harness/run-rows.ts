import { isMet, type Bench, type Fixture, type Result, type Row } from './row.js';

export interface RunOptions {
  readonly quick: boolean;
  readonly minutes: number;
  readonly progress: (text: string) => void;
}

/** Runs a file's rows one after the other. A row that fails to run does not keep the others from it. */
export async function runRows(rows: readonly Row[], options: RunOptions): Promise<Result[]> {
  const opened = new Map<Fixture<unknown>, Promise<{ value: unknown; close(): Promise<void> }>>();
  const results: Result[] = [];
  let current = '';
  const bench: Bench = {
    quick: options.quick,
    minutes: options.minutes,
    rounds: options.quick ? 4 : 25,
    roundMs: options.quick ? 300 : 500,
    progress: (text) => options.progress(`${current}: ${text}`),
    async shared<T>(fixture: Fixture<T>): Promise<T> {
      const known = opened.get(fixture);
      if (known !== undefined) return (await known).value as T;
      const opening = fixture.open(bench);
      opened.set(fixture, opening);
      return (await opening).value;
    },
  };
  try {
    for (const row of rows) {
      current = row.name;
      results.push(await runRow(row, bench));
    }
  } finally {
    for (const opening of [...opened.values()].reverse()) {
      await opening.then(
        ({ close }) => close(),
        () => undefined, // It did not open: the row that asked for it has said so.
      );
    }
  }
  return results;
}

async function runRow(row: Row, bench: Bench): Promise<Result> {
  const { name, unit, goal } = row;
  try {
    const measurement = await row.run(bench);
    return { name, unit, goal, met: isMet(goal, measurement), ...measurement };
  } catch (error) {
    return {
      name,
      unit,
      goal,
      met: undefined,
      error: error instanceof Error ? error.message : String(error),
    };
  }
}
