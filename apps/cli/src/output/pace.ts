const WIDTH = 24;

/** How a long work comes on, for a person at the terminal. */
export class Pace {
  private first: number | undefined;
  private since = 0;

  constructor(
    /** What is counted, in the plural. */
    private readonly things: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `[=====     ] 20 %  2,000 of 10,000 events, 500 a second, 16 s left`. What was done before it was first asked is not its pace. */
  textOf(done: number, all: number): string {
    if (this.first === undefined) [this.first, this.since] = [done, this.now()];
    const share = all === 0 ? 1 : Math.min(1, done / all);
    const bar = '='.repeat(Math.round(share * WIDTH)).padEnd(WIDTH);
    const text = `[${bar}] ${Math.floor(share * 100)} %  ${count(done)} of ${count(all)} ${this.things}`;
    const perSecond = (done - this.first) / ((this.now() - this.since) / 1_000);
    if (!(perSecond > 0) || !Number.isFinite(perSecond)) return text;
    return `${text}, ${count(Math.round(perSecond))} a second, ${Math.ceil((all - done) / perSecond)} s left`;
  }
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
