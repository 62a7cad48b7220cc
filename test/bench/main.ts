import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result, Row } from './harness/row.js';
import { runRows } from './harness/run-rows.js';
import { tableOf } from './harness/table.js';

const RESULTS_FOLDER = 'bench-results';
/** How long rows about what only time shows load Keyward. */
const MINUTES = 10;
const QUICK_MINUTES = 0.5;
const ROWS_FOLDER = new URL('./rows/', import.meta.url);

/**
 * Runs the rows whose name matches the pattern. @returns the exit code: 1 when a row failed to run. A
 * goal that is not met is a figure, and figures are no assertions.
 */
export async function main(args: readonly string[]): Promise<number> {
  let options;
  try {
    options = readOptions(args);
  } catch (error) {
    return refuse(
      `${(error as Error).message}\nUsage: npm run bench -- [name pattern] [--quick] [--json] [--minutes=10]`,
    );
  }
  const { pattern, quick, minutes, json: asJson } = options;
  const startedAt = new Date();
  const loadAtStart = loadavg();
  const results = await runMatching(pattern, { quick, minutes });
  if (results.length === 0) return refuse(`No row matches ${String(pattern)}.`);
  const report = {
    startedAt,
    command: ['npm run bench --', ...args].join(' '),
    machine: machine(loadAtStart),
    rows: results,
  };
  const json = `${JSON.stringify(report, null, 2)}\n`;
  const table = `${tableOf(results)}\n`;
  process.stdout.write(asJson ? json : table);
  if (asJson) process.stderr.write(table);
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  const file = join(RESULTS_FOLDER, `${startedAt.toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, json);
  process.stderr.write(`Written to ${file}\n`);
  return results.some(({ error }) => error !== undefined) ? 1 : 0;
}

interface Options {
  readonly quick: boolean;
  readonly minutes: number;
}

function readOptions(
  args: readonly string[],
): Options & { readonly pattern: RegExp; readonly json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      minutes: { type: 'string' },
    },
  });
  const { quick, json } = values;
  const minutes = Number(values.minutes ?? (quick ? QUICK_MINUTES : MINUTES));
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
  return { quick, json, minutes, pattern: new RegExp(positionals.join('|'), 'i') };
}

async function runMatching(pattern: RegExp, options: Options): Promise<Result[]> {
  const results: Result[] = [];
  const files = readdirSync(ROWS_FOLDER).filter((name) => name.endsWith('.bench.ts'));
  for (const file of files.sort()) {
    const { rows } = (await import(new URL(file, ROWS_FOLDER).href)) as { rows: readonly Row[] };
    const chosen = rows.filter(({ name }) => pattern.test(name));
    results.push(...(await runRows(chosen, { ...options, progress })));
  }
  return results;
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function refuse(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

function machine(loadAtStart: readonly number[]): object {
  return {
    processors: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadAtStart,
  };
}
