import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metrics, loadSettings, type MetricDescription } from '@keyward/runtime';
import { NestFactory } from '@nestjs/core';
import { parseYaml } from '@redocly/openapi-core';
import { StandaloneModule } from './standalone.module.js';
import { standaloneSettings } from './standalone.settings.js';

interface Alert {
  readonly alert: string;
  readonly expr: string;
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const rules = parseYaml(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Alert[] }[] };
const alerts = rules.groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read('deploy/grafana/keyward.json')) as { panels: Panel[] };
const queries: [string, string][] = [
  ...alerts.map(({ alert, expr }): [string, string] => [alert, expr]),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }): [string, string] => [title, expr])),
];

/** What Prometheus adds to every series when it scrapes. */
const SCRAPED = ['job', 'instance'];

interface Known {
  readonly described: readonly MetricDescription[];
  /** Names as Prometheus sees them. */
  readonly exposed: ReadonlySet<string>;
}
interface Selector {
  readonly name: string;
  /** `[label, value]`; a value may be a regular expression. */
  readonly matchers: readonly string[][];
}

/** The metrics that a query names. */
function selectorsIn(expr: string): Selector[] {
  const selectors = expr.matchAll(/\b((?:keyward|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g);
  return [...selectors].map(([, name = '', inner = '']) => ({
    name,
    matchers: [...inner.matchAll(/(\w+)(?:=~|!=|!~|=)"([^"]*)"/g)].map((match) => match.slice(1)),
  }));
}

/** What is wrong with a query, given the metrics that there are. */
function problemsOf(expr: string, known: Known): string[] {
  const selectors = selectorsIn(expr);
  const labels = new Set(['le', ...SCRAPED]);
  for (const { name } of selectors) Object.keys(labelsOf(name, known)).forEach((label) => labels.add(label));
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/,\s*/));
  return [
    ...selectors.filter(({ name }) => !known.exposed.has(name)).map(({ name }) => `${name} is not there`),
    ...selectors.flatMap((selector) => mismatches(selector, known)),
    ...grouped.filter((label) => !labels.has(label)).map((label) => `no label ${label}`),
  ];
}

function labelsOf(name: string, { described }: Known): MetricDescription['labels'] {
  return described.find((metric) => metric.name === name.replace(/_(bucket|count|sum)$/, ''))?.labels ?? {};
}

function mismatches({ name, matchers }: Selector, known: Known): string[] {
  return matchers.flatMap(([label = '', value = '']) => {
    if (SCRAPED.includes(label)) return [];
    const values = labelsOf(name, known)[label];
    if (values === undefined) return [`${name} has no label ${label}`];
    if (typeof values === 'symbol') return [];
    const never = value.split('|').filter((part) => !values.some((one) => new RegExp(`^${part}$`).test(one)));
    return never.map((part) => `${name} is never ${label}="${part}"`);
  });
}

describe('Alert rules and dashboard', () => {
  let known: Known;

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keyward-monitoring-'));
    const settings = loadSettings(standaloneSettings, {
      KEYWARD_DATA_DIR: dataDir,
      KEYWARD_EVENT_STORE: 'memory:',
      KEYWARD_KEK: `k:${randomBytes(32).toString('base64')}`,
    });
    const app = await NestFactory.createApplicationContext(StandaloneModule.forRoot(settings), {
      logger: false,
    });
    const metrics = app.get(Metrics, { strict: false });
    const { body } = await metrics.render();
    const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    const exposed = new Set(
      types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? ['_bucket', '_count', '_sum'].map((end) => name + end) : [name],
      ),
    );
    known = { described: metrics.describe(), exposed };
    await app.close();
    rmSync(dataDir, { recursive: true });
  });

  it.each(queries)('%s asks for metrics, labels and values that exist: %s', (_name, expr) => {
    expect(problemsOf(expr, known)).toEqual([]);
  });

  it.each([
    ['keyward_lookups_seconds', 'keyward_lookups_seconds is not there'],
    ['keyward_lookup_seconds', 'keyward_lookup_seconds is not there'],
    ['keyward_watches{organization="acme"}', 'keyward_watches has no label organization'],
    ['keyward_watches_ended_total{reason="SLOW"}', 'keyward_watches_ended_total is never reason="SLOW"'],
    ['sum by (project) (keyward_watches)', 'no label project'],
  ])('would notice %s', (expr, problem) => {
    expect(problemsOf(expr, known)).toEqual([problem]);
  });

  it('show every metric of Keyward on the dashboard', () => {
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n');
    const missing = known.described.filter(
      ({ name }) => !new RegExp(`\\b${name}(_bucket|_count)?\\b`).test(shown),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('have an entry each, saying what to do, in docs/operations.md', () => {
    const page = read('docs/operations.md');
    const missing = alerts.filter(({ alert }) => !page.includes(`| \`${alert}\``));
    expect(missing.map(({ alert }) => alert)).toEqual([]);
    const entries = [...page.matchAll(/^\| `(Keyward\w+)`/gm)].map(([, name]) => name);
    expect(entries.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });
});
