/** A pause that is cut short as soon as somebody waits for what comes after it. */
export class Breather {
  private end: (() => void) | undefined;

  constructor(private readonly ms: number) {}

  async take(isWaitedFor: () => boolean): Promise<void> {
    if (isWaitedFor()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.ms);
      this.end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.end = undefined;
  }

  cut(): void {
    this.end?.();
  }
}
