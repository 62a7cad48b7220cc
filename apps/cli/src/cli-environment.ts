import type { Readable, Writable } from 'node:stream';

/** What of the process the command uses; tests pass their own. */
export interface CliEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Asks on the terminal without showing what is typed. */
  readonly promptSecret: (question: string, signal: AbortSignal) => Promise<string>;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Who is at the keyboard, for the history. */
  readonly userName: string;
}
