import { EventEmitter } from 'node:events';
import type { LoggerService } from '@nestjs/common';
import { HealthRegistry } from '../health/health-registry.js';
import { SystemClock } from '../ports/clock.port.js';
import { deferred } from '../testing/deferred.js';
import { exitOnUnexpectedError, orderlyShutdown, type ProcessSignals } from './orderly-shutdown.js';

class FakeProcess extends EventEmitter implements ProcessSignals {
  private readonly exited = deferred<number>();
  readonly exitCode = this.exited.promise;

  exit(code: number): void {
    this.exited.resolve(code);
  }
}

function collectingLogger(lines: unknown[][]): LoggerService {
  const write = (...line: unknown[]): void => void lines.push(line);
  return { log: write, warn: write, error: write, fatal: write };
}

const quiet = collectingLogger([]);

describe('orderlyShutdown', () => {
  it('drains, closes the application and exits with 0', async () => {
    const target = new FakeProcess();
    const health = new HealthRegistry(new SystemClock());
    const steps: string[] = [];
    const close = async (): Promise<void> => {
      steps.push((await health.report('ready')).ok ? 'closed while ready' : 'closed while draining');
    };
    orderlyShutdown({ close }, { timeoutMs: 60_000, logger: quiet, health, process: target });
    target.emit('SIGTERM', 'SIGTERM');
    expect(await target.exitCode).toBe(0);
    expect(steps).toEqual(['closed while draining']);
  });

  it('exits with 1 when closing takes too long', async () => {
    const target = new FakeProcess();
    const lines: unknown[][] = [];
    const close = (): Promise<void> => new Promise(() => undefined);
    orderlyShutdown({ close }, { timeoutMs: 5, logger: collectingLogger(lines), process: target });
    target.emit('SIGTERM', 'SIGTERM');
    expect(await target.exitCode).toBe(1);
    expect(lines.at(-1)?.[0]).toContain('Not stopped in time');
  });

  it('exits with 1 when closing fails', async () => {
    const target = new FakeProcess();
    const close = (): Promise<void> => Promise.reject(new Error('x'));
    orderlyShutdown({ close }, { timeoutMs: 60_000, logger: quiet, process: target });
    target.emit('SIGINT', 'SIGINT');
    expect(await target.exitCode).toBe(1);
  });

  it('exits at once at the second signal', async () => {
    const target = new FakeProcess();
    const close = (): Promise<void> => new Promise(() => undefined);
    orderlyShutdown({ close }, { timeoutMs: 20, logger: quiet, process: target });
    target.emit('SIGINT', 'SIGINT');
    target.emit('SIGINT', 'SIGINT');
    expect(await target.exitCode).toBe(130);
  });

  it('takes its listeners away again', () => {
    const target = new FakeProcess();
    const remove = orderlyShutdown(
      { close: () => Promise.resolve() },
      { timeoutMs: 1, logger: quiet, process: target },
    );
    remove();
    expect(target.eventNames()).toEqual([]);
  });
});

describe('exitOnUnexpectedError', () => {
  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and exits with 1', async (event) => {
    const target = new FakeProcess();
    const lines: unknown[][] = [];
    exitOnUnexpectedError(collectingLogger(lines), target);
    target.emit(event, new Error('x'));
    expect(await target.exitCode).toBe(1);
    expect(lines).toHaveLength(1);
  });
});
