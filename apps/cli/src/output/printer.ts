import type { Writable } from 'node:stream';
import { printable, styleFor, type Style } from '@keyward/runtime';
import type { CliEnvironment } from '../cli-environment.js';
import type { Json } from '../connection/api-answer.js';
import type { CliError } from '../errors/cli-error.js';

const HIDDEN = '[secret]';
/** A shorter text is part of ordinary words. */
const SHORTEST_HIDDEN = 8;

/** All that the command says: answers to standard output, everything else to standard error. */
export class Printer {
  readonly style: Style;
  private readonly hidden: string[] = [];
  private fault: NodeJS.ErrnoException | undefined;

  constructor(
    private readonly environment: Pick<CliEnvironment, 'stdout' | 'stderr' | 'env'>,
    /** For programs: one JSON document, or one a line from a watch. */
    readonly json: boolean,
  ) {
    this.style = styleFor(environment.stdout, environment.env);
    environment.stdout.on('error', (error: NodeJS.ErrnoException) => (this.fault ??= error));
    // There is nobody left to tell.
    environment.stderr.on('error', () => undefined);
  }

  /** Whether the answer was written. `keyward integrations | head` closes our output early: that is no failure. */
  async written(): Promise<boolean> {
    const { stdout } = this.environment;
    await new Promise<void>((resolve) => stdout.write('', () => resolve()));
    return this.fault === undefined || this.fault.code === 'EPIPE';
  }

  /**
   * From now on this text is not printed, whoever says it: nothing here ever prints a secret, and
   * what stands between here and Keyward might.
   */
  hide(secret: string): void {
    if (secret.length >= SHORTEST_HIDDEN)
      this.hidden.push(secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret));
  }

  /** What was asked for: the document as it came for programs, or `human` of it for people. */
  answer(document: Json, human: (style: Style) => string): void {
    this.out(this.json ? JSON.stringify(document, null, 2) : human(this.style));
  }

  /** One of many answers. */
  event(document: Json, human: (style: Style) => string | undefined): void {
    const line = this.json ? JSON.stringify(document) : human(this.style);
    if (line !== undefined) this.out(line);
  }

  /** One line that is the whole answer, whoever reads it. */
  out(text: string): void {
    this.write(this.environment.stdout, text);
  }

  /** For the person at the terminal; no part of the answer. For programs a document of its own, one a line. */
  note(sentence: string): void {
    const { stderr, env } = this.environment;
    const text = styleFor(stderr, env).paint('dim', `keyward: ${printable(sentence)}`);
    this.write(stderr, this.json ? JSON.stringify({ note: sentence }) : text);
  }

  /** For the person at the terminal, while a long work is going on; the line is taken away at its end. */
  progress(): Progress {
    const { stderr } = this.environment;
    return new Progress(stderr.isTTY && !this.json ? stderr : undefined);
  }

  failure(error: CliError): void {
    this.write(this.environment.stderr, this.json ? failureDocument(error) : this.failureText(error));
  }

  private failureText({ message, code, violations, remedy }: CliError): string {
    const style = styleFor(this.environment.stderr, this.environment.env);
    const sentence = message.split('\n').map(printable).join('\n');
    const lines = [`${style.paint('red', 'keyward:')} ${sentence} (${code})`];
    // One violation is what the sentence says already.
    if (violations.length > 1) {
      for (const { field, rule } of violations) lines.push(`  ${printable(field)} ${printable(rule)}`);
    }
    if (remedy !== undefined) lines.push(`  ${printable(remedy)}`);
    return lines.join('\n');
  }

  private write(stream: Writable, text: string): void {
    let safe = text;
    for (const secret of this.hidden) safe = safe.replaceAll(secret, HIDDEN);
    stream.write(`${safe}\n`);
  }
}

const PROGRESS_MS = 200;
const CLEARED_LINE = '\r\u001b[K';

class Progress {
  private shownAt = -Infinity;

  constructor(private readonly terminal: Writable | undefined) {}

  /** Shows the text in place of the one before, not more often than somebody could read it. */
  show(text: () => string): void {
    const now = performance.now();
    if (!this.terminal || now - this.shownAt < PROGRESS_MS) return;
    this.shownAt = now;
    this.terminal.write(`${CLEARED_LINE}${text()}`);
  }

  end(): void {
    if (this.shownAt !== -Infinity) this.terminal?.write(CLEARED_LINE);
  }
}

function failureDocument({ code, message, exitCode, remedy, violations, context }: CliError): string {
  return JSON.stringify({
    error: {
      code,
      detail: message,
      exitCode,
      ...(remedy === undefined ? {} : { remedy }),
      ...(violations.length > 0 ? { violations } : {}),
      ...(Object.keys(context).length > 0 ? { context } : {}),
    },
  });
}
