/** Lets many sleepers wait for the next event without polling. */
export class WakeUp {
  private readonly sleepers = new Set<() => void>();

  all(): void {
    for (const wake of [...this.sleepers]) wake();
  }

  /** Resolves at the next {@link all}, or when the signal aborts. */
  async next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
