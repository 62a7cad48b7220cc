/** What has to be put back at the end, whatever happened; last in, first out. */
export class Cleanup {
  readonly #tasks: (() => Promise<void>)[] = [];

  add(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Does all of it, even when some of it fails. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const task of this.#tasks.splice(0).reverse())
      await task().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
