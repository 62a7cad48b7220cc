import { ERROR_CODES, type ErrorCode, type FieldViolation, type KeywardError } from '@keyward/contracts';

export const PROBLEM_JSON = 'application/problem+json';

/** RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs. */
  readonly code: ErrorCode;
  /** Names this very answer; the server's log has it too. */
  readonly instance: string;
  /** Every field that breaks a rule. */
  readonly violations?: readonly FieldViolation[];
  /** What else a program may want to know, by the code. */
  readonly context?: Readonly<Record<string, string>>;
}

export function problemType(code: ErrorCode): string {
  return `urn:keyward:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

export function toProblem({ code, message, violations, metadata }: KeywardError, requestId: string): Problem {
  const { http: status, title } = ERROR_CODES[code];
  return {
    type: problemType(code),
    title,
    status,
    detail: message,
    code,
    instance: `urn:keyward:request:${requestId}`,
    ...(violations.length > 0 ? { violations } : {}),
    ...(Object.keys(metadata).length > 0 ? { context: metadata } : {}),
  };
}
