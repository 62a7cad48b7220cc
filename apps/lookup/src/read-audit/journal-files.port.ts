/**
 * The files of one process's journal, which is the only one to touch them. Everything is on disk when it resolves.
 * What fails may have taken effect in part, but for `write`, which does so wholly or not at all.
 */
export abstract class JournalFiles {
  /** Adds to the end of a file, made when it is not there. A file that this failed for takes no more: use another. */
  abstract append(name: string, text: string): Promise<void>;

  /** Makes or replaces the file. */
  abstract write(name: string, text: string): Promise<void>;

  abstract read(name: string): Promise<string>;

  /** What is not there is no error. */
  abstract remove(names: readonly string[]): Promise<void>;

  abstract list(): Promise<readonly JournalFile[]>;

  /** Lets another process have them. */
  abstract close(): Promise<void>;
}

export interface JournalFile {
  readonly name: string;
  readonly bytes: number;
}
