import { Logger } from '@nestjs/common';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';

export interface SpanQueueOptions {
  /** The collector, without `/v1/traces`. */
  readonly endpoint: string;
  /** As OTEL_EXPORTER_OTLP_HEADERS has them. */
  readonly headers: string | undefined;
  readonly count: (outcome: 'exported' | 'dropped', spans: number) => void;
}

/** Most spans that wait or are being sent; about 1 kB each. */
const MOST_WAITING = 4_096;
const SENDING_LIMIT_MS = 5_000;
const DELAY_MS = 1_000;

/**
 * Ended spans on their way to the collector. What it does not take, or not fast enough, is dropped and counted: nobody waits
 * for it. The SDK's own processor bounds what waits too, but neither counts what it drops nor says that a batch was lost.
 */
export class SpanQueue implements SpanProcessor {
  private readonly logger = new Logger('traces');
  private readonly batches: BatchSpanProcessor;
  private readonly exporter: OTLPTraceExporter;
  private waiting = 0;
  private isReached = true;

  constructor(private readonly options: SpanQueueOptions) {
    this.exporter = new OTLPTraceExporter({
      url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
      headers: headersOf(options.headers),
      timeoutMillis: SENDING_LIMIT_MS,
    });
    this.batches = new BatchSpanProcessor({
      exporter: {
        export: (spans, done) => this.exporter.export(spans, (result) => done(this.sent(spans, result))),
        forceFlush: () => this.exporter.forceFlush(),
        shutdown: () => this.exporter.shutdown(),
      },
      maxQueueSize: MOST_WAITING,
      maxExportBatchSize: MOST_WAITING / 8,
      scheduledDelayMillis: DELAY_MS,
    });
  }

  onStart(): void {
    // Only what has ended is sent.
  }

  onEnd(span: ReadableSpan): void {
    if (this.waiting >= MOST_WAITING) return this.options.count('dropped', 1);
    this.waiting += 1;
    this.batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }

  private sent(spans: readonly ReadableSpan[], result: ExportResult): ExportResult {
    const isTaken = result.code === ExportResultCode.SUCCESS;
    this.waiting -= spans.length;
    this.options.count(isTaken ? 'exported' : 'dropped', spans.length);
    if (isTaken !== this.isReached) this.tell(isTaken, result.error);
    this.isReached = isTaken;
    return result;
  }

  private tell(isTaken: boolean, error: Error | undefined): void {
    if (isTaken) return this.logger.log('The collector takes traces again');
    // Its answer may be anything, and is not repeated.
    const { code = 'none' } = (error ?? {}) as { code?: string | number };
    this.logger.warn('The collector does not take traces: they are dropped until it does', { code });
  }
}

function headersOf(text = ''): Record<string, string> {
  const pairs = text.split(',').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
    }),
  );
}
