import type { Mutant } from './mutant.js';
import type { PrivateCopy } from './private-copy.js';
import type { SpecRun, SpecRuns } from './spec-runs.js';
import { firstTypeError } from './type-errors.js';

export interface Verdict {
  readonly mutant: Mutant;
  readonly kind: 'caught' | 'SURVIVED' | 'error';
  readonly seconds: number;
  /** Why it is an error. */
  readonly why?: string;
}

const SHOWN_OF_A_FAILURE = 3_000;

/** Tries mutants in one copy, one at a time. */
export class MutantTrial {
  /** What the specs say of the project as it is, by spec. */
  private readonly unmutated = new Map<string, Promise<SpecRun>>();

  constructor(
    private readonly copy: PrivateCopy,
    private readonly specs: SpecRuns,
    private readonly mutants: readonly Mutant[],
  ) {}

  async try(mutant: Mutant): Promise<Verdict> {
    const start = performance.now();
    const verdict = await this.judge(mutant);
    return { mutant, seconds: (performance.now() - start) / 1_000, ...verdict };
  }

  private async judge(mutant: Mutant): Promise<Pick<Verdict, 'kind' | 'why'>> {
    const before = await this.withoutMutant(mutant.spec);
    if (before.outcome !== 'passed') return error('the spec fails without the mutant, too', before.output);
    const putBack = this.copy.takeOut(mutant);
    try {
      const typeError = firstTypeError(this.copy.root, mutant.file);
      if (typeError !== undefined) return error(`the mutant does not compile: ${typeError}`);
      const { outcome, output } = await this.specs.run(mutant.spec, testsOf([mutant]));
      if (outcome === 'did not run') return error('no test came to run', output);
      return { kind: outcome === 'failed' ? 'caught' : 'SURVIVED' };
    } finally {
      putBack();
    }
  }

  /** Once for all mutants of a spec, as it takes as long as they do. */
  private withoutMutant(spec: string): Promise<SpecRun> {
    let run = this.unmutated.get(spec);
    if (!run) {
      const tests = testsOf(this.mutants.filter((mutant) => mutant.spec === spec));
      this.unmutated.set(spec, (run = this.specs.run(spec, tests)));
    }
    return run;
  }
}

/** None, which stands for all, when one mutant is for all of them. */
function testsOf(mutants: readonly Mutant[]): string[] {
  const tests = mutants.flatMap(({ test }) => test ?? []);
  return tests.length === mutants.length ? tests : [];
}

function error(why: string, output = ''): Pick<Verdict, 'kind' | 'why'> {
  return { kind: 'error', why: `${why}\n${output.slice(-SHOWN_OF_A_FAILURE)}`.trim() };
}
