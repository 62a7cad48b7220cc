import type { Readable, Writable } from 'node:stream';

/** `columns`: the terminal's width, in characters. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number | undefined };

/** What of the process the command uses; tests pass their own. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks on the terminal without showing what is typed. */
  readonly promptSecret: (question: string, signal: AbortSignal) => Promise<string>;
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  readonly interrupted: AbortSignal;
  /** Who is at the keyboard, for the history. */
  readonly userName: string;
}
