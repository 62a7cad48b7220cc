import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { provideServices } from '../../scripts/services/services.mjs';
import type { Result, Row } from './harness/row.js';
import { runRows } from './harness/run-rows.js';
import { tableOf } from './harness/table.js';

const RESULTS_FOLDER = 'bench-results';
/** How long rows about what only time shows load Keyward. */
const MINUTES = 10;
const QUICK_MINUTES = 0.5;
const ROWS_FOLDER = new URL('./rows/', import.meta.url);
/** Rows on Keyward as separate processes over an EventStoreDB stand-in, Redis and Kafka. */
const DISTRIBUTED_FOLDER = new URL('./distributed/', ROWS_FOLDER);
const USAGE = 'Usage: npm run bench -- [name pattern] [--distributed] [--quick] [--json] [--minutes=10]';

/**
 * Runs the rows whose name matches the pattern. @returns the exit code: 1 when a row failed to run. A
 * goal that is not met is a figure, and figures are no assertions.
 */
export async function main(args: readonly string[]): Promise<number> {
  let options;
  try {
    options = readOptions(args);
  } catch (error) {
    return refuse(`${(error as Error).message}\n${USAGE}`);
  }
  const { pattern, distributed, json: asJson } = options;
  const files = await chooseRows(pattern, distributed ? DISTRIBUTED_FOLDER : ROWS_FOLDER);
  if (files.length === 0) return refuse(`No row matches ${String(pattern)}.`);
  const startedAt = new Date();
  const loadAtStart = loadavg();
  const results = await runOverServices(files, options);
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

/** The rows of one file that were asked for. */
interface ChosenRows {
  readonly file: string;
  readonly rows: readonly Row[];
}

function readOptions(
  args: readonly string[],
): Options & { readonly pattern: RegExp; readonly distributed: boolean; readonly json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      distributed: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      minutes: { type: 'string' },
    },
  });
  const { quick, json, distributed } = values;
  const minutes = Number(values.minutes ?? (quick ? QUICK_MINUTES : MINUTES));
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
  return { quick, json, minutes, distributed, pattern: new RegExp(positionals.join('|'), 'i') };
}

async function chooseRows(pattern: RegExp, folder: URL): Promise<ChosenRows[]> {
  const chosen: ChosenRows[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.bench.ts')) continue;
    const file = new URL(name, folder);
    const { rows } = (await import(file.href)) as { rows: readonly Row[] };
    const matching = rows.filter((row) => pattern.test(row.name));
    if (matching.length > 0) chosen.push({ file: fileURLToPath(file), rows: matching });
  }
  return chosen;
}

/** Starts the servers that the rows need, as `npm test` does; rows of which one is missing fail with what to do. */
async function runOverServices(files: readonly ChosenRows[], options: Options): Promise<Result[]> {
  const services = await provideServices(
    files.map(({ file }) => file),
    progress,
  );
  Object.assign(process.env, services.env);
  const results: Result[] = [];
  try {
    for (const { file, rows } of files) {
      const missing = services.missing.find((service) => service.files.includes(file));
      if (missing) results.push(...rows.map((row) => ({ ...row, met: undefined, error: missing.sentence })));
      else results.push(...(await runRows(rows, { ...options, progress })));
    }
  } finally {
    await services.stop();
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
