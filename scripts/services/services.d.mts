/** Servers that run, and what names them. */
export interface ProvidedServices {
  /** For the environment of whoever uses them. */
  readonly env: Readonly<Record<string, string>>;
  /** What could not be provided: a sentence that says what to do, and the files that cannot run. */
  readonly missing: readonly { readonly sentence: string; readonly files: readonly string[] }[];
  /** To be called always. */
  stop(): Promise<unknown>;
}

/** Provides what the files say in their first lines that they need: `// @needs redis, kafka`. */
export function provideServices(
  files: readonly string[],
  progress: (what: string) => void,
): Promise<ProvidedServices>;
