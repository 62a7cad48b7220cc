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
export function createLogger(settings: LoggerSettings, output: LogOutput = standardOutput()): LoggerService {
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

/** Synchronous, so that the last lines before an exit are not lost. */
function standardOutput(): LogOutput {
  const stdout = destination({ dest: 1, sync: true });
  // A reader that goes away (`| head`) is no reason to crash.
  stdout.on('error', () => undefined);
  return { write: (line) => stdout.write(line), isTTY: process.stdout.isTTY === true };
}
