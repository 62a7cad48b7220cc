import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import type { HealthRegistry } from '../health/health-registry.js';

/** What of `process` is used; tests pass their own. */
export interface ProcessSignals {
  on(event: string, listener: (argument: unknown) => void): unknown;
  off(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): void;
}

export interface ShutdownOptions {
  /** Milliseconds after which the process ends itself with exit code 1. */
  readonly timeoutMs: number;
  readonly logger: LoggerService;
  /** Told at the first signal, so that probes and balancers stop sending. */
  readonly health?: HealthRegistry;
  readonly process?: ProcessSignals;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const CONTEXT = 'shutdown';

/**
 * Ends the application in order on SIGTERM or SIGINT; use it instead of Nest's `enableShutdownHooks`,
 * which knows no time limit. The order, and where each part belongs:
 *
 * 1. not ready any more (`health.drain()`);
 * 2. `beforeApplicationShutdown`: end the streams that would otherwise go on for ever;
 * 3. Nest closes the HTTP and gRPC servers: calls in progress are answered;
 * 4. `onApplicationShutdown`: feature modules stop their loops, then global modules close their
 *    adapters (Nest calls global modules last).
 *
 * A second signal ends the process at once. The answer stops listening.
 */
export function orderlyShutdown(
  app: Pick<INestApplicationContext, 'close'>,
  options: ShutdownOptions,
): () => void {
  const target: ProcessSignals = options.process ?? process;
  let stopping = false;
  const onSignal = (signal: unknown): void => {
    if (stopping) return target.exit(130);
    stopping = true;
    options.logger.log('Stopping', { signal: String(signal) }, CONTEXT);
    void stop(app, options, target);
  };
  for (const signal of SIGNALS) target.on(signal, onSignal);
  return () => SIGNALS.forEach((signal) => void target.off(signal, onSignal));
}

async function stop(
  app: Pick<INestApplicationContext, 'close'>,
  { logger, health, timeoutMs }: ShutdownOptions,
  target: ProcessSignals,
): Promise<void> {
  health?.drain();
  const timer = setTimeout(() => {
    logger.error('Not stopped in time; ending the process', { timeoutMs }, CONTEXT);
    target.exit(1);
  }, timeoutMs);
  try {
    await app.close();
    clearTimeout(timer);
    logger.log('Stopped', CONTEXT);
    target.exit(0);
  } catch (error) {
    clearTimeout(timer);
    logger.error('Stopping failed', error, CONTEXT);
    target.exit(1);
  }
}

/**
 * An error that nobody caught leaves the process in an unknown state: log it through the scrubbed
 * log (Node's own print is not) and end. The answer stops listening.
 */
export function exitOnUnexpectedError(logger: LoggerService, target: ProcessSignals = process): () => void {
  const onError = (error: unknown): void => {
    logger.fatal?.('An error was not caught; ending the process', error, 'process');
    target.exit(1);
  };
  const events = ['uncaughtException', 'unhandledRejection'];
  for (const event of events) target.on(event, onError);
  return () => events.forEach((event) => void target.off(event, onError));
}
