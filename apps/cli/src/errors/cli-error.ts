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
export function refusedByServer(refusal: Refusal): CliError {
  const { code, detail, violations, context } = refusal;
  return new CliError(detail, {
    exitCode: exitCodeOf(code),
    code,
    remedy: REMEDIES[code]?.(refusal),
    ...(violations ? { violations } : {}),
    ...(context ? { context } : {}),
  });
}

/** Where the server's own sentence cannot know what to do with this command. */
const REMEDIES: Readonly<Record<string, (refusal: Refusal) => string | undefined>> = {
  UNAUTHENTICATED: () =>
    'Give another token with KEYWARD_TOKEN or --token-file; in development, the data folder of this very Keyward with --data.',
  FORBIDDEN: () => 'Use a token with a role that may do this.',
  VERSION_CONFLICT: () => 'Look at what is there now, then repeat with that version as --if-match.',
  IDEMPOTENCY_KEY_REUSED: () => 'Take another --idempotency-key for another request.',
  CREDENTIAL_KIND_NOT_SHAREABLE: ({ context }) => {
    const kinds = context?.['shareableKinds']?.split(',').filter(Boolean) ?? [];
    return kinds.length === 0
      ? undefined
      : `Give the kind with ${kinds.map((kind) => `--kind ${kind}`).join(' or ')}.`;
  },
  RATE_LIMITED: ({ retryAfterSeconds = 1 }) => `Wait ${retryAfterSeconds} s and repeat.`,
  UNAVAILABLE: () => 'Repeat in a moment; `keyward status` tells what is missing.',
  STALE_READ_MODEL: () =>
    'Repeat in a moment; `keyward status` tells what is missing, and --minimize-latency takes what is at hand.',
};
