/** One field that broke a rule. */
export interface Violation {
  readonly field: string;
  readonly rule: string;
}

/** How the API says no (RFC 9457), and how the console says that there was no answer. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly violations: readonly Violation[] = [],
  ) {
    super(detail);
    this.name = 'Problem';
  }

  static from(body: unknown): Problem {
    const { code, title, detail, violations } = (body ?? {}) as Partial<Record<string, unknown>>;
    if (typeof code !== 'string' || typeof detail !== 'string') return Problem.unreadable();
    return new Problem(
      code,
      typeof title === 'string' ? title : '',
      detail,
      (violations ?? []) as Violation[],
    );
  }

  static unreachable(): Problem {
    return new Problem(
      'UNREACHABLE',
      'No connection',
      'Keyward cannot be reached. Nothing was changed as far as we know; try again.',
    );
  }

  private static unreadable(): Problem {
    return new Problem(
      'UNREADABLE',
      'No proper answer',
      'Something between here and Keyward answered in its place. Try again.',
    );
  }
}

export function isProblem(error: unknown, code: string): boolean {
  return error instanceof Problem && error.code === code;
}

/** What to show of any error. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong. Try again.';
}
