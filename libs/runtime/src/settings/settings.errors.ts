/** One setting that cannot be used. Never holds the value. */
export interface SettingProblem {
  readonly name: string;
  /** The rule that is broken, and what to do. */
  readonly problem: string;
}

/** Thrown at start when settings are wrong; it lists all of them, so that one restart mends them all. */
export class SettingsError extends Error {
  readonly code = 'INVALID_SETTINGS';

  constructor(readonly problems: readonly SettingProblem[]) {
    super(
      [
        problems.length === 1 ? 'One setting is wrong:' : `${problems.length} settings are wrong:`,
        ...problems.map(({ name, problem }) => `  ${name} ${problem}`),
      ].join('\n'),
    );
    this.name = 'SettingsError';
  }
}
