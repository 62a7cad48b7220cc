import { Logger } from '@nestjs/common';
import kafkajs, { Kafka, logLevel, type KafkaConfig, type LogEntry, type SASLOptions } from 'kafkajs';
import { ChangeLogError } from '../change-log.errors.js';
import type { KafkaAddress } from './kafka-url.js';

// Node finds only some of a CommonJS module's names by itself.
const { KafkaJSProtocolError } = kafkajs;

/** Longest wait for one answer of a broker; a frozen one never gives any. */
const REQUEST_TIMEOUT_MS = 5_000;

export function createKafka(address: KafkaAddress): Kafka {
  const config: KafkaConfig = {
    clientId: 'keyward',
    brokers: [...address.brokers],
    ssl: address.ssl,
    connectionTimeout: REQUEST_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    enforceRequestTimeout: true,
    // Few: whoever asked is a supervised loop, which starts again with a backoff of its own.
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator: () => logTo(new Logger('kafka')),
  };
  if (address.sasl) config.sasl = address.sasl as SASLOptions;
  return new Kafka(config);
}

/** The client calls errors what it then mends by itself; what it cannot mend is thrown and logged by the loop. */
function logTo(logger: Logger): (entry: LogEntry) => void {
  return ({ level, log }) => {
    const text = typeof log['error'] === 'string' ? `${log.message} (${log['error']})` : log.message;
    if (level <= logLevel.WARN) logger.debug(text);
  };
}

/**
 * The client's own time limits leave gaps (its retries, its joins), so every wait has this one too.
 * @throws ChangeLogError UNAVAILABLE after the time; what was asked may still happen.
 */
export async function withDeadline<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ChangeLogError('UNAVAILABLE', `Kafka: ${what} took longer than ${ms} ms`)),
      ms,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const TRIES = 6;
const FIRST_PAUSE_MS = 100;

/** Does it again while the broker says that it will know soon: who leads a new partition, who coordinates a new group. */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (tries - 1)));
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof KafkaJSProtocolError && error.retriable;
}

/** Resolves when the work is done or the signal aborts, whichever is first; what the work does after that is nobody's. */
export async function untilAborted(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  if (signal.aborted) return void work.catch(() => undefined);
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = () => resolve();
    signal.addEventListener('abort', stop);
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => undefined);
  }
}

/** Lets go of a client: waits a little for an orderly end and never fails, because there is nothing left to do. */
export async function letGo(client: { disconnect(): Promise<void> } | undefined, ms = 2_000): Promise<void> {
  await withDeadline(ms, 'disconnecting', client?.disconnect() ?? Promise.resolve()).catch(() => undefined);
}
