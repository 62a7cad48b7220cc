import Table from 'cli-table3';
import type { Mutant } from './mutant.js';
import { PrivateCopy } from './private-copy.js';
import { MUTANTS } from './rows/index.js';
import { SpecRuns } from './spec-runs.js';
import { MutantTrial, type Verdict } from './try-mutants.js';

/**
 * Tries the mutants whose name, file or spec matches the pattern.
 * @returns the exit code: 0 when every one was caught
 */
export async function main([pattern = '']: readonly string[]): Promise<number> {
  const matches = new RegExp(pattern, 'i');
  const mutants = MUTANTS.filter(({ without, file, spec }) => matches.test(`${without} ${file} ${spec}`));
  if (mutants.length === 0) {
    say(`No mutant matches ${pattern}.`);
    return 2;
  }
  say('Copying the project ...');
  const copy = PrivateCopy.of(process.cwd());
  const specs = new SpecRuns(copy.root);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      interrupted.abort();
      specs.stop();
    });
  try {
    return report(await tryAll(mutants, new MutantTrial(copy, specs, mutants), interrupted.signal));
  } finally {
    copy.remove();
  }
}

async function tryAll(
  mutants: readonly Mutant[],
  trial: MutantTrial,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const [i, mutant] of mutants.entries()) {
    say(`${i + 1} of ${mutants.length}: without ${mutant.without} ...`);
    const verdict = await trial.try(mutant);
    if (signal.aborted) break;
    verdicts.push(verdict);
    say(`  ${verdict.kind} in ${verdict.seconds.toFixed(0)} s${verdict.why ? `: ${verdict.why}` : ''}`);
  }
  return verdicts;
}

function report(verdicts: readonly Verdict[]): number {
  const table = new Table({
    head: ['without', 'file', 'spec', 'verdict', 's'],
    colAligns: ['left', 'left', 'left', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { mutant, kind, seconds } of verdicts) {
    const { without, file, spec } = mutant;
    table.push([without, nameOf(file), nameOf(spec), kind, seconds.toFixed(0)]);
  }
  process.stdout.write(`${table.toString()}\n`);
  const caught = verdicts.filter(({ kind }) => kind === 'caught').length;
  process.stdout.write(`${caught} of ${verdicts.length} mutants caught\n`);
  return caught === verdicts.length ? 0 : 1;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
