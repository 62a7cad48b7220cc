import type { Metrics } from '../metrics/metrics.js';
import type { RuntimeSettings } from '../runtime.settings.js';
import { NO_TRACING, type Tracing } from './tracing.js';

export type TracingSettings = Pick<
  RuntimeSettings,
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | 'OTEL_EXPORTER_OTLP_HEADERS'
  | 'OTEL_TRACES_SAMPLER_ARG'
  | 'KEYWARD_SHUTDOWN_TIMEOUT'
>;

/** A good part of the time that the whole stop may take would be too much for the traces. */
const SHARE_OF_SHUTDOWN = 0.2;

/** @param service - the `service.name` of this process */
export async function openTracing(
  settings: TracingSettings,
  service: string,
  metrics: Metrics,
): Promise<Tracing> {
  const counter = metrics.counter({
    name: 'keyward_trace_spans_total',
    help: 'Spans that the collector took (exported), and that it did not: the queue was full, or the collector away (dropped).',
    labels: { outcome: ['exported', 'dropped'] },
  });
  const endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return NO_TRACING;
  // Loaded only where it is used: it brings eleven packages.
  const { OtelTracing } = await import('./otel-tracing.js');
  return new OtelTracing({
    endpoint,
    headers: settings.OTEL_EXPORTER_OTLP_HEADERS,
    ratio: settings.OTEL_TRACES_SAMPLER_ARG,
    closeTimeoutMs: settings.KEYWARD_SHUTDOWN_TIMEOUT * SHARE_OF_SHUTDOWN,
    service,
    count: (outcome, spans) => counter.add(spans, { outcome }),
  });
}
