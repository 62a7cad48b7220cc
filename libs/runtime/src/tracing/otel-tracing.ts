import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES, SPAN_ATTRIBUTES, isTraceparent, type SpanAttributes } from '@keyward/contracts';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { SpanQueue, type SpanQueueOptions } from './span-queue.js';
import { NO_SPAN, type Carrier, type CarriedKind, type Span, type Tracing } from './tracing.js';

export interface OtelTracingOptions extends SpanQueueOptions {
  readonly service: string;
  /** Share of the traces begun here that are recorded, from 0 to 1. */
  readonly ratio: number;
  readonly closeTimeoutMs: number;
}

/** What comes of an event comes soon. What is older is read again: a rebuild, a new reader of the change log. */
const LONGEST_FOLLOWED_MS = 5 * 60_000;
const RECORDED = 1;

const KINDS = {
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const satisfies Record<CarriedKind, SpanKind>;

/**
 * Traces by the OpenTelemetry SDK. Nothing of it is registered with the OpenTelemetry API: a library that records spans of
 * its own accord, with whatever it was called with, finds nobody to give them to.
 */
export class OtelTracing implements Tracing {
  private readonly current = new AsyncLocalStorage<OtelSpan>();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  constructor(private readonly options: OtelTracingOptions) {
    this.provider = new TracerProvider({
      resource: defaultResource().merge(
        resourceFromAttributes({
          'service.name': options.service,
          'service.instance.id': randomUUID(),
        }),
      ),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.ratio) }),
      spanProcessors: [new SpanQueue(options)],
    });
    this.tracer = this.provider.getTracer('keyward');
  }

  serve(name: string, traceparent: () => unknown): Span {
    const sent = traceparent();
    return this.begin(name, SpanKind.SERVER, isTraceparent(sent) ? remote(sent) : ROOT_CONTEXT);
  }

  child(name: string): Span {
    const parent = this.current.getStore();
    return parent ? this.begin(name, SpanKind.INTERNAL, trace.setSpan(ROOT_CONTEXT, parent)) : NO_SPAN;
  }

  follow(name: string, kind: CarriedKind, { traceparent, at }: Carrier): Span {
    if (!isTraceparent(traceparent) || Date.now() - new Date(at).getTime() > LONGEST_FOLLOWED_MS)
      return NO_SPAN;
    return this.begin(name, KINDS[kind], remote(traceparent));
  }

  traceparent(): string | undefined {
    const span = this.current.getStore()?.spanContext();
    return span && `00-${span.traceId}-${span.spanId}-01`;
  }

  async close(): Promise<void> {
    const limit = new AbortController();
    await Promise.race([
      this.provider.shutdown().catch(() => undefined),
      sleep(this.options.closeTimeoutMs, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
  }

  private begin(name: string, kind: SpanKind, parent: Context): Span {
    const span = this.tracer.startSpan(name, { kind }, parent);
    return span.isRecording() ? new RecordedSpan(span, this.current) : NO_SPAN;
  }
}

class RecordedSpan implements Span {
  constructor(
    private readonly span: OtelSpan,
    private readonly current: AsyncLocalStorage<OtelSpan>,
  ) {}

  set(attributes: () => SpanAttributes): void {
    const given = attributes();
    for (const [name, rule] of Object.entries(SPAN_ATTRIBUTES)) {
      const value = given[name as keyof SpanAttributes];
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      if (rule.test(String(value))) this.span.setAttribute(name, value);
    }
  }

  run<T>(work: () => T): T {
    return this.current.run(this.span, work);
  }

  end(error?: unknown): void {
    if (error !== undefined) this.fail(error);
    this.span.end();
  }

  private fail(error: unknown): void {
    const code = (error as { code?: unknown } | null)?.code;
    this.set(() => ({ 'error.type': 'INTERNAL' }));
    this.set(() => ({ 'error.type': code }));
    if (!isRefusal(code)) this.span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** The caller's fault, and for the server an answer like any other. */
function isRefusal(code: unknown): boolean {
  if (typeof code !== 'string' || !Object.hasOwn(ERROR_CODES, code)) return false;
  return ERROR_CODES[code as keyof typeof ERROR_CODES].http < 500;
}

function remote(traceparent: string): Context {
  const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & RECORDED,
    isRemote: true,
  };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}
