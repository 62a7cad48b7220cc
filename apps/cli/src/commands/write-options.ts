import type { Command } from 'commander';
import { idempotencyKeyReader, versionReader } from '../input/arguments.js';

/** What every write takes. */
export interface WriteOptions {
  readonly ifMatch?: number;
  readonly idempotencyKey?: string;
}

export function addWriteOptions(command: Command): Command {
  return addIdempotencyOption(addIfMatchOption(command));
}

export function addIdempotencyOption(command: Command): Command {
  return command.option(
    '--idempotency-key <key>',
    'the same request with the same key is done once, and answered alike',
    idempotencyKeyReader('--idempotency-key'),
  );
}

export function addIfMatchOption(command: Command): Command {
  return command.option(
    '--if-match <version>',
    'only if this version is there now; 0: only if there is none yet',
    versionReader('--if-match'),
  );
}

export function writeHeaders({ ifMatch, idempotencyKey }: WriteOptions): WriteOptions {
  return {
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** Said of a write that asked for what was so already. */
export function unchangedNote(changed: boolean): string {
  return changed ? '' : ' Nothing changed: it was so already.';
}
