import type { FieldViolation } from '@keyward/contracts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-codes.js';

interface CliErrorParts {
  readonly exitCode: ExitCode;
  /** Stable, for programs: the API's code, or the command's own (USAGE, UNREACHABLE, INTERRUPTED, ...). */
  readonly code: string;
  /** What to do, where the sentence does not say it. */
  readonly remedy?: string | undefined;
  readonly violations?: readonly FieldViolation[];
  readonly context?: Readonly<Record<string, string>>;
}

/** What the command ends with: a sentence, a code, what to do. Never holds a secret or a token. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly violations: readonly FieldViolation[];
  readonly context: Readonly<Record<string, string>>;

  constructor(sentence: string, parts: CliErrorParts) {
    super(sentence);
    this.name = 'CliError';
    this.exitCode = parts.exitCode;
    this.code = parts.code;
    this.remedy = parts.remedy;
    this.violations = parts.violations ?? [];
    this.context = parts.context ?? {};
  }
}

/** Wrong use of the command. The sentence names the argument and the rule, never the value: it may be a secret. */
export function usageError(sentence: string, remedy?: string): CliError {
  return new CliError(sentence, { exitCode: EXIT.usage, code: 'USAGE', remedy });
}

export function interruptedError(): CliError {
  return new CliError('Interrupted.', { exitCode: EXIT.interrupted, code: 'INTERRUPTED' });
}

interface Refusal {
  readonly code: string;
  readonly detail: string;
  readonly violations?: readonly FieldViolation[];
  readonly context?: Readonly<Record<string, string>>;
  readonly retryAfterSeconds?: number | undefined;
}

/** What Keyward answered, over HTTP or gRPC. */
export function refusedByServer({ code, detail, violations, context, retryAfterSeconds }: Refusal): CliError {
  return new CliError(detail, {
    exitCode: exitCodeOf(code),
    code,
    remedy: REMEDIES[code]?.(retryAfterSeconds),
    ...(violations ? { violations } : {}),
    ...(context ? { context } : {}),
  });
}

/** Where the server's own sentence cannot know what to do with this command. */
const REMEDIES: Readonly<Record<string, (retryAfterSeconds: number | undefined) => string>> = {
  UNAUTHENTICATED: () => 'Give another token with KEYWARD_TOKEN or --token-file.',
  FORBIDDEN: () => 'Use a token with a role that may do this.',
  VERSION_CONFLICT: () => 'Look at what is there now, then repeat with that version as --if-match.',
  IDEMPOTENCY_KEY_REUSED: () => 'Take another --idempotency-key for another request.',
  RATE_LIMITED: (seconds) => `Wait ${seconds ?? 1} s and repeat.`,
  UNAVAILABLE: () => 'Repeat in a moment; `keyward status` tells what is missing.',
  STALE_READ_MODEL: () => 'Repeat in a moment; `keyward status` tells what is missing.',
};
