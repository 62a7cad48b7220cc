import type { LoggerService } from '@nestjs/common';
import type { Logger as PinoLogger } from 'pino';
import { serializeError, serializeFields } from './serialize.js';

/**
 * Nest's own account of its start: fifty lines that only somebody who debugs Nest wants, and the error
 * that stopped it, which each app's `main` says in a sentence.
 */
const FRAMEWORK: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
  'ExceptionHandler',
]);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * Nest's logger over pino. Code logs through Nest's own `new Logger('Context')`, as
 * `logger.warn('A sentence', { field: value }, error)`: objects become fields, errors become `err`.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: PinoLogger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(wanted: Level, message: unknown, rest: readonly unknown[]): void {
    const level = FRAMEWORK.has(rest.at(-1)) ? 'debug' : wanted;
    if (!this.pino.isLevelEnabled(level)) return;
    const withStack = this.pino.isLevelEnabled('debug');
    const { record, sentence } = collect([message, ...rest], withStack);
    this.pino[level](record, sentence);
  }
}

interface Collected {
  readonly record: Record<string, unknown>;
  readonly sentence: string;
}

/** Nest appends the context as the last text, and for errors a stack before it. */
function collect(args: readonly unknown[], withStack: boolean): Collected {
  const texts = args.filter((arg) => typeof arg === 'string');
  const isFirstText = typeof args[0] === 'string';
  const context = texts.length > (isFirstText ? 1 : 0) ? texts.at(-1) : undefined;
  const stack = texts.find((text) => text !== args[0] && text !== context && /\n\s+at /.test(text));
  const record: Record<string, unknown> = {};
  if (context !== undefined) record['context'] = context;
  for (const arg of args) Object.assign(record, fieldsOf(arg, withStack));
  if (stack !== undefined && withStack) record['stack'] = stack;
  return { record, sentence: sentenceOf(args[0]) };
}

function fieldsOf(arg: unknown, withStack: boolean): Record<string, unknown> {
  if (arg instanceof Error) return { err: serializeError(arg, withStack) };
  return typeof arg === 'object' && arg !== null ? serializeFields(arg, withStack) : {};
}

function sentenceOf(message: unknown): string {
  if (message instanceof Error) return message.message;
  if (typeof message === 'object' && message !== null) return '';
  return String(message);
}
