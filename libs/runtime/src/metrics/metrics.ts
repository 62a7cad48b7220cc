import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { LabelGuard, type LabelRules, type LabelsOf } from './labels.js';

export interface MetricOptions<R extends LabelRules> {
  /** `keyward_...`, with the unit at the end (`_seconds`, `_bytes`, `_total`). */
  readonly name: string;
  readonly help: string;
  readonly labels?: R;
}

export interface HistogramOptions<R extends LabelRules> extends MetricOptions<R> {
  /** Upper bounds, in the unit of the name. @defaultValue 0.1 ms to 10 s, for seconds */
  readonly buckets?: readonly number[];
}

/** Labels may be left out only where the metric has none. */
type LabelArgument<R extends LabelRules> = keyof R extends never
  ? [labels?: LabelsOf<R>]
  : [labels: LabelsOf<R>];

/** What an operator needs to know of a metric to read it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: LabelRules;
}

export interface CounterMetric<R extends LabelRules> {
  inc(...labels: LabelArgument<R>): void;
  add(value: number, ...labels: LabelArgument<R>): void;
}

export interface GaugeMetric<R extends LabelRules> {
  set(value: number, ...labels: LabelArgument<R>): void;
  /** Calls `read` whenever the metrics are collected, for values that are cheaper asked for than kept. */
  collect(read: () => number, ...labels: LabelArgument<R>): void;
}

export interface HistogramMetric<R extends LabelRules> {
  observe(value: number, ...labels: LabelArgument<R>): void;
}

// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- "no labels" is exactly the empty object
type NoLabels = {};

const SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * The process's Prometheus metrics. Asking twice for one name gives the same metric, so that two
 * parts in one process can share it.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly made = new Map<string, unknown>();
  private readonly described: MetricDescription[] = [];

  /** @param withProcessMetrics memory, CPU, event loop delay, garbage collection; off in small tests. */
  constructor(withProcessMetrics = true) {
    if (withProcessMetrics) collectDefaultMetrics({ register: this.registry });
  }

  counter<const R extends LabelRules = NoLabels>(options: MetricOptions<R>): CounterMetric<R> {
    return this.once(options.name, () => {
      const { guard, config } = this.configure('counter', options);
      const counter = new Counter(config);
      return {
        inc: (labels) => counter.inc(guard.check(labels ?? {})),
        add: (value, labels) => counter.inc(guard.check(labels ?? {}), value),
      } satisfies CounterMetric<LabelRules>;
    });
  }

  gauge<const R extends LabelRules = NoLabels>(options: MetricOptions<R>): GaugeMetric<R> {
    return this.once(options.name, () => {
      const { guard, config } = this.configure('gauge', options);
      const reads: (() => void)[] = [];
      const gauge = new Gauge({ ...config, collect: () => reads.forEach((read) => read()) });
      return {
        set: (value, labels) => gauge.set(guard.check(labels ?? {}), value),
        collect: (read, labels) => void reads.push(() => gauge.set(guard.check(labels ?? {}), read())),
      } satisfies GaugeMetric<LabelRules>;
    });
  }

  histogram<const R extends LabelRules = NoLabels>(options: HistogramOptions<R>): HistogramMetric<R> {
    return this.once(options.name, () => {
      const { guard, config } = this.configure('histogram', options);
      const histogram = new Histogram({ ...config, buckets: [...(options.buckets ?? SECONDS)] });
      return {
        observe: (value, labels) => histogram.observe(guard.check(labels ?? {}), value),
      } satisfies HistogramMetric<LabelRules>;
    });
  }

  /** The Prometheus exposition text and its content type. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  /** Keyward's own metrics as they are defined, by name; those of the process (CPU, memory) are not among them. */
  describe(): readonly MetricDescription[] {
    return this.described.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  private once<T>(name: string, make: () => unknown): T {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name) as T;
  }

  private configure<R extends LabelRules>(
    type: MetricDescription['type'],
    { name, help, labels }: MetricOptions<R>,
  ) {
    if (!/^keyward_[a-z0-9_]+$/.test(name))
      throw new TypeError(`${name}: metrics are named keyward_..., in lower case`);
    const guard = new LabelGuard(labels ?? {});
    this.described.push({ name, type, help, labels: labels ?? {} });
    return { guard, config: { name, help, labelNames: guard.names, registers: [this.registry] } };
  }
}
