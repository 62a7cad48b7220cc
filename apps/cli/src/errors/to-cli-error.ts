import { KeywardError } from '@keyward/contracts';
import { SettingsError } from '@keyward/runtime';
import { CliError, interruptedError, refusedByServer, usageError } from './cli-error.js';
import { EXIT } from './exit-codes.js';

/** Whatever was thrown, as something to show. What nobody foresaw shows its kind and no text of its own. */
export function toCliError(thrown: unknown, interrupted: AbortSignal): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof SettingsError) return usageError(thrown.message);
  if (thrown instanceof KeywardError) {
    return refusedByServer({ code: thrown.code, detail: thrown.message, violations: thrown.violations });
  }
  if (interrupted.aborted) return interruptedError();
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new CliError(`Something unexpected happened in this command (${kind}).`, {
    exitCode: EXIT.unexpected,
    code: 'INTERNAL',
    remedy: 'Please report it with the command that you ran, without keys and tokens.',
  });
}
