import { printable, sleep, styleFor, type Style } from '@keyward/runtime';
import type { KnownKey } from './witness.js';

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

export interface NarratorOptions {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds before each step, for people to read. */
  readonly paceMs: number;
  readonly interrupted: AbortSignal;
}

/** Tells the story on the terminal: a step is a sentence, and under it what was seen. */
export class Narrator {
  readonly #style: Style;
  #steps = 0;

  constructor(private readonly options: NarratorOptions) {
    this.#style = styleFor(options.output, options.env);
  }

  get steps(): number {
    return this.#steps;
  }

  title(text: string): void {
    this.options.output.write(`\n  ${this.#style.paint('bold', text)}\n\n`);
  }

  note(text: string): void {
    this.#line(`  ${this.#style.paint('dim', printable(text))}`);
  }

  async step(sentence: string): Promise<void> {
    await sleep(this.options.paceMs, this.options.interrupted);
    this.#steps += 1;
    const number = String(this.#steps).padStart(2);
    this.#line(`\n${this.#style.paint('cyan', number)}  ${this.#style.paint('bold', printable(sentence))}`);
  }

  /** What a worker used, as the vendor tells; `when` is the delay, or why there is none. */
  used(project: string, { key, whose, when }: { key: KnownKey; whose: string; when: string }): void {
    const mask = this.#style.paint('green', key.mask.padEnd(14));
    this.#row(project, `vendor saw ${mask}${whose.padEnd(31)}${this.#style.paint('dim', when)}`);
  }

  /** That a worker had no key. */
  notUsed(project: string, why: string, when: string): void {
    const what = this.#style.paint('yellow', 'vendor not called'.padEnd(25));
    this.#row(project, `${what}${`no key: ${why}`.padEnd(31)}${this.#style.paint('dim', when)}`);
  }

  refused(status: number, code: string, sentence: string): void {
    this.#row('refused', `${this.#style.paint('yellow', code)} (HTTP ${status})`);
    for (const line of wrapped(printable(sentence), 72)) this.#line(`      ${line}`);
  }

  end(sentence: string): void {
    this.#line(`\n  ${this.#style.paint('green', '✓')} ${this.#style.paint('bold', sentence)}`);
  }

  #row(head: string, text: string): void {
    this.#line(`    ${this.#style.paint('green', '✓')} ${head.padEnd(9)}${text}`);
  }

  #line(text: string): void {
    this.options.output.write(`${text.trimEnd()}\n`);
  }
}

/** The text in lines of at most that many characters, broken between words. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
