import type { SpanAttributes } from '@keyward/contracts';

/** One step of a trace, from its beginning to {@link end}. */
export interface Span {
  /** @param attributes - asked only where the span is recorded */
  set(attributes: () => SpanAttributes): void;
  /** Spans that begin in `work`, also after it waited, are children of this one. */
  run<T>(work: () => T): T;
  /** @param error - of which the code is recorded, and nothing else. */
  end(error?: unknown): void;
}

/** What stands for a span that is not recorded. */
export const NO_SPAN: Span = {
  set: () => undefined,
  run: (work) => work(),
  end: () => undefined,
};

/** Something that carries on the trace of the request that caused it. */
export interface Carrier {
  /** Absent where that request was not traced. */
  readonly traceparent?: string | undefined;
  /** When it was caused. */
  readonly at: Date | string;
}

/** What takes and what hands over, in the words of OpenTelemetry. */
export type CarriedKind = 'internal' | 'producer' | 'consumer';

/**
 * The traces of this process. Names are the program's own and attributes those of the table in libs/contracts: nothing that
 * a caller sent gets into a trace. Never waits, never throws.
 */
export abstract class Tracing {
  /**
   * A call from outside: goes on with the caller's trace, or begins one for a share of the calls.
   * @param traceparent - gives what the caller sent, which may be anything
   */
  abstract serve(name: string, traceparent: () => unknown): Span;

  /** A part of the span in progress. */
  abstract child(name: string): Span;

  /** What comes of an event, whenever it comes; what is old, and so is only read again, makes no spans. */
  abstract follow(name: string, kind: CarriedKind, carrier: Carrier): Span;

  /** The span in progress, to be carried on; undefined when there is none. */
  abstract traceparent(): string | undefined;

  /** Sends what is left, for as long as that may take. */
  abstract close(): Promise<void>;
}

/** Where traces are off. */
export const NO_TRACING: Tracing = {
  serve: () => NO_SPAN,
  child: () => NO_SPAN,
  follow: () => NO_SPAN,
  traceparent: () => undefined,
  close: () => Promise.resolve(),
};

/** Runs `work` as a span, which ends with it. */
export function inSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  return span === NO_SPAN ? work() : endWith([span], () => span.run(work));
}

/** Does work for several causes at once: each has a span that lasts as long as all of it. */
export function inSpans<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  const recorded = spans.filter((span) => span !== NO_SPAN);
  return recorded.length === 0 ? work() : endWith(recorded, work);
}

async function endWith<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    for (const span of spans) span.end();
    return result;
  } catch (error) {
    for (const span of spans) span.end(error);
    throw error;
  }
}
