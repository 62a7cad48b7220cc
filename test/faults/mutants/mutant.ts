/** A protection, how to take it out, and the test that must notice. */
export interface Mutant {
  /** What the mutant is without, as in "the revision fence". */
  readonly without: string;
  /** The source file, from the project's root. */
  readonly file: string;
  /** Occurs in the file exactly once. */
  readonly text: string;
  /** What stands there in the mutant. It still compiles. */
  readonly instead: string;
  /** The spec that must fail, from the project's root. A fast one, if several would. */
  readonly spec: string;
  /** Part of the names of the tests to run; all of the spec's when left out. */
  readonly test?: string;
}
