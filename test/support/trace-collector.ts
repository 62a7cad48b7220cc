import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Metrics, loadSettings, openTracing, runtimeSettings, type Tracing } from '@keyward/runtime';

/** A span as it came, with the process that sent it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

const LIMIT_MS = 30_000;
const ERROR = 2;

/** What a collector does: takes spans by OTLP/HTTP in JSON, and keeps them. */
export class TraceCollector {
  readonly spans: ReceivedSpan[] = [];
  /** Every request as it came: address, headers and body. */
  readonly received: string[] = [];
  private server: Server | undefined;

  /** Set: requests are answered so, or with `hang` not at all. */
  refusal: number | 'hang' | undefined;

  async start(port = 0): Promise<this> {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        this.received.push(JSON.stringify([request.url, request.headers, body]));
        if (this.refusal === 'hang') return;
        if (this.refusal === undefined) this.spans.push(...spansIn(body));
        response.writeHead(this.refusal ?? 200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get env(): { readonly OTEL_EXPORTER_OTLP_ENDPOINT: string } {
    const { port } = this.server!.address() as AddressInfo;
    return { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  }

  /** Traces of this process that come here; close() sends the last of them. */
  tracing(): Promise<Tracing> {
    return openTracing(loadSettings(runtimeSettings, this.env), 'keyward-test', new Metrics(false));
  }

  /** The spans of one trace, once there are all those names. */
  async trace(traceId: string, ...names: readonly string[]): Promise<readonly ReceivedSpan[]> {
    const limit = Date.now() + LIMIT_MS;
    for (;;) {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      const missing = names.filter((name) => !spans.some((span) => span.name === name));
      if (missing.length === 0) return spans;
      if (Date.now() > limit) throw new Error(`no span ${missing.join(', ')} of ${traceId} came`);
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    this.server?.close();
    if (this.server) await once(this.server, 'close');
  }
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly status: { readonly code?: number };
  readonly attributes: readonly OtlpAttribute[];
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

function attributesOf(attributes: readonly OtlpAttribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? NaN]),
  );
}

function spansIn(body: string): ReceivedSpan[] {
  const { resourceSpans } = JSON.parse(body) as {
    resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => toReceived(span, resource.attributes))),
  );
}

function toReceived(span: OtlpSpan, resource: readonly OtlpAttribute[]): ReceivedSpan {
  return {
    service: String(attributesOf(resource)['service.name']),
    name: span.name,
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    kind: span.kind,
    isError: span.status.code === ERROR,
    attributes: attributesOf(span.attributes),
  };
}
