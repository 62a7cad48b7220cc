import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino';
import { formatForPeople } from './human-format.js';
import { NestLogger } from './nest-logger.js';
import { scrub } from './scrub.js';

export interface LoggerSettings {
  readonly KEYWARD_LOG_LEVEL: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  readonly KEYWARD_LOG_FORMAT: 'auto' | 'json' | 'text';
}

/** Where lines go. Standard output by default; tests pass their own. */
export interface LogOutput {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * The process's logger, for `app.useLogger(...)`: JSON lines, or a readable form where standard
 * output is a terminal. Every line passes the scrubber, whatever wrote it.
 */
export function createLogger(
  settings: LoggerSettings,
  output: LogOutput = (standardOutput ??= openStandardOutput()),
): LoggerService {
  const asText =
    settings.KEYWARD_LOG_FORMAT === 'text' ||
    (settings.KEYWARD_LOG_FORMAT === 'auto' && output.isTTY === true);
  const stream: DestinationStream = {
    write: (line) => void output.write(scrub(asText ? formatForPeople(line, output.isTTY === true) : line)),
  };
  const logger = pino(
    {
      level: settings.KEYWARD_LOG_LEVEL,
      base: null,
      // Errors were serialised by our own allow list; pino's would add what hangs on them.
      serializers: { err: (error: unknown) => error },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return new NestLogger(logger);
}

/** One for all loggers of the process, so that their lines keep their order. */
let standardOutput: LogOutput | undefined;

/**
 * Synchronous, so that the last lines before an exit are not lost. What is logged in one turn of the event loop
 * leaves in one write, because under load the system calls would cost more than the lines.
 */
function openStandardOutput(): LogOutput {
  const stdout = destination({ dest: 1, sync: true });
  // A reader that goes away (`| head`) is no reason to crash.
  stdout.on('error', () => undefined);
  let waiting = '';
  const flush = (): void => {
    const lines = waiting;
    waiting = '';
    if (lines !== '') stdout.write(lines);
  };
  process.on('exit', flush);
  const write = (line: string): void => {
    if (waiting === '') setImmediate(flush);
    waiting += line;
  };
  return { write, isTTY: process.stdout.isTTY === true };
}
