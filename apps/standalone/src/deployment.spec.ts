import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { accessSettings } from '@keyward/access';
import { auditSettings } from '@keyward/audit';
import { sharedChangeLogSettings } from '@keyward/change-log';
import { sharedEventStoreSettings } from '@keyward/event-store';
import { sharedReadModelSettings } from '@keyward/read-model';
import { refusalsSettings } from '@keyward/refusals';
import {
  SETTING_NAMES,
  grpcSettings,
  loadSettings,
  mergeSettings,
  operationsSettings,
  runtimeSettings,
  type SettingDefinitions,
} from '@keyward/runtime';
import { sealingSettings } from '@keyward/sealing';
import { parseYaml } from '@redocly/openapi-core';
import { apiSettings } from '../../api/src/api.settings.js';
import { sessionSettings } from '../../api/src/http/session/session.settings.js';
import { broadcasterSettings } from '../../broadcaster/src/broadcaster.settings.js';
import { lookupSettings } from '../../lookup/src/lookup.settings.js';

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call -- the files have shapes of their own, which are what is tested */

const APPS = ['api', 'projector', 'relay', 'lookup', 'broadcaster'] as const;
const GROUPS: Readonly<Record<string, SettingDefinitions>> = {
  accessSettings,
  apiSettings,
  broadcasterSettings,
  grpcSettings,
  lookupSettings,
  operationsSettings,
  refusalsSettings,
  runtimeSettings,
  sealingSettings,
  auditSettings,
  sessionSettings,
  sharedChangeLogSettings,
  sharedEventStoreSettings,
  sharedReadModelSettings,
};
const STORE_PORTS = { KEYWARD_EVENT_STORE: 2113, KEYWARD_READ_MODEL: 6379, KEYWARD_CHANGE_LOG: 9092 };
const SECRETS: Readonly<Record<string, string>> = {
  KEYWARD_EVENT_STORE: 'esdb://keyward:secret@one.example:2113?tls=true',
  KEYWARD_READ_MODEL: 'rediss://keyward:secret@redis.example:6379',
  KEYWARD_CHANGE_LOG: 'kafka://keyward:secret@kafka.example:9092?ssl=true&sasl=plain',
  KEYWARD_KEK: `k:${Buffer.alloc(32, 1).toString('base64')}`,
  KEYWARD_AUDIT_SIGNING_KEY: 'A'.repeat(64),
};

const root = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(root(path), 'utf8');
const mainOf = (app: string): string => read(`apps/${app}/src/main.ts`);

/** What the app reads, by the names in its own main file. */
function settingsOf(app: string): SettingDefinitions {
  const [, list = ''] = /mergeSettings\(([^)]*)\)/.exec(mainOf(app)) ?? [];
  const names = list.split(',').map((name) => name.trim());
  return mergeSettings(...names.filter(Boolean).map((name) => GROUPS[name]!)) as SettingDefinitions;
}

const GRPC_PORT = Number(grpcSettings.KEYWARD_GRPC_PORT.defaultText);

/** Where the app answers `/health/...` and `/metrics`. */
function healthPortOf(app: string): number {
  const [, own] = /OPERATIONS_PORT = (\d+)/.exec(mainOf(app)) ?? [];
  return Number(own ?? apiSettings.KEYWARD_HTTP_PORT.defaultText);
}

function portsOf(app: string): number[] {
  return [healthPortOf(app), ...(settingsOf(app)['KEYWARD_GRPC_PORT'] ? [GRPC_PORT] : [])];
}

/** The image's own environment. */
const imageEnv = Object.fromEntries(
  [...read('Dockerfile').matchAll(/\b(KEYWARD_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
);

/** Starts nothing, but reads the environment as the app would. */
function load(app: string, env: Readonly<Record<string, string>>): void {
  loadSettings(settingsOf(app), { ...imageEnv, ...env }, { alsoKnown: SETTING_NAMES });
}

describe('docker-compose.yml', () => {
  const compose = parseYaml(read('docker-compose.yml')) as any;
  const services: Record<string, any> = compose.services;
  /** As Docker fills in, where .env says nothing. */
  const filled = (text: string): string => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  const envOf = (app: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries<string>(services[app].environment).map(([name, value]) => [name, filled(value)]),
    );

  it('has every app, and the servers that they need by a pinned tag', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...APPS, 'audit-key', 'eventstore', 'kafka', 'kek', 'redis'].sort(),
    );
    for (const server of ['eventstore', 'redis', 'kafka'])
      expect(services[server].image).toMatch(/^[a-z/]+:\d+\.\d+[\w.-]*$/);
  });

  it.each(APPS)('gives %s what it must be given, and only what it reads', (app) => {
    const env = envOf(app);
    expect(Object.keys(env).filter((name) => !(name in settingsOf(app)))).toEqual([]);
    expect(() => load(app, env)).not.toThrow();
  });

  it.each(APPS)('runs %s from its main file, and asks it for its health where it listens', (app) => {
    expect(services[app].command).toEqual(['node', `dist/apps/${app}/src/main.js`]);
    expect(services[app].healthcheck.test).toEqual([
      'CMD',
      'node',
      'deploy/docker/healthcheck.mjs',
      String(healthPortOf(app)),
    ]);
    for (const port of (services[app].ports ?? []) as string[]) {
      expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(portsOf(app)).toContain(Number(port.split(':').at(-1)));
    }
  });

  it.each(APPS)('lets %s write nowhere but in its volumes, and gain nothing', (app) => {
    expect(services[app]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it.each([
    ['key encryption key', 'kek:/kek:ro', 'KEYWARD_KEK'],
    ['audit signing key', 'audit:/audit:ro', 'KEYWARD_AUDIT_SIGNING_KEY'],
  ])('shows the %s to those who need it, who cannot alter it', (_what, volume, setting) => {
    const mounts = APPS.filter((app) => (services[app].volumes ?? []).includes(volume));
    expect(mounts).toEqual(APPS.filter((app) => setting in settingsOf(app)));
  });

  it('waits for what has a health check, and uses volumes that are declared', () => {
    for (const service of Object.values(services)) {
      for (const [name, { condition }] of Object.entries<any>(service.depends_on ?? {})) {
        const once = services[name].restart === 'no';
        expect(condition).toBe(once ? 'service_completed_successfully' : 'service_healthy');
        if (!once) expect(services[name].healthcheck.test).toBeDefined();
      }
      for (const volume of (service.volumes ?? []) as string[])
        expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
  });

  it('names nothing in .env.example that it does not take', () => {
    const offered = [...read('.env.example').matchAll(/^# ([A-Z_]+)=/gm)].map(([, name]) => name!);
    expect(offered.filter((name) => !read('docker-compose.yml').includes(`\${${name}:-`))).toEqual([]);
  });

  it('copies only files that are there', () => {
    const taken = [...read('.dockerignore').matchAll(/^!([^*\n]+)$/gm)].map(([, path]) => path!);
    expect(taken.filter((path) => !existsSync(root(path)))).toEqual([]);
  });
});

describe('deploy/kubernetes', () => {
  const documents = (file: string): any[] =>
    read(`deploy/kubernetes/${file}`)
      .split(/^---$/m)
      .map((text) => parseYaml(text));
  const kustomization = documents('kustomization.yaml')[0];
  const config = Object.fromEntries(
    (kustomization.configMapGenerator[0].literals as string[]).map((line) =>
      line.split(/=(.*)/s).slice(0, 2),
    ),
  ) as Record<string, string>;
  const find = (app: string, kind: string): any => documents(`${app}.yaml`).find((one) => one.kind === kind);
  const podOf = (app: string): any => find(app, 'Deployment').spec.template;
  const containerOf = (app: string): any => podOf(app).spec.containers[0];
  const policyOf = (app: string): any =>
    documents('network-policies.yaml').find(({ metadata }) => metadata.name === app).spec;
  const portsIn = (policies: any[]): number[] =>
    policies.flatMap(({ ports }) => ports.map(({ port }: any) => port)).sort((a, b) => a - b);

  it('is made of all its files', () => {
    const files = readdirSync(root('deploy/kubernetes')).filter((file) => file !== 'kustomization.yaml');
    expect([...kustomization.resources].sort()).toEqual(files.sort());
  });

  it.each(APPS)('gives %s what it must be given, secrets by reference', (app) => {
    const given = containerOf(app).env as any[];
    expect(given.map(({ name }) => name).filter((name) => !(name in settingsOf(app)))).toEqual([]);
    for (const { name, valueFrom } of given)
      if (name in SECRETS) expect(valueFrom.secretKeyRef.key).toBe(name);
    const expected = Object.keys(SECRETS).filter((name) => name in settingsOf(app));
    expect(given.map(({ name }) => name)).toEqual(expect.arrayContaining(expected));
    const env = given.map(({ name, value }) => [name, value ?? SECRETS[name]] as const);
    expect(() => load(app, { ...config, ...Object.fromEntries(env) })).not.toThrow();
  });

  it.each(APPS)('probes %s where it listens, and opens no other port', (app) => {
    const { command, ports, startupProbe, livenessProbe, readinessProbe } = containerOf(app);
    expect(command).toEqual(['node', `dist/apps/${app}/src/main.js`]);
    expect(ports.map(({ containerPort }: any) => containerPort)).toEqual(portsOf(app));
    const port = ports[0].name;
    expect(startupProbe.httpGet).toEqual({ path: '/health/live', port });
    expect(livenessProbe.httpGet).toEqual({ path: '/health/live', port });
    expect(readinessProbe.httpGet).toEqual({ path: '/health/ready', port });
    expect(podOf(app).metadata.annotations['prometheus.io/port']).toBe(String(healthPortOf(app)));
  });

  it.each(APPS)('lets %s run with nothing that it does not need', (app) => {
    expect(podOf(app).spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf(app)).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      resources: { requests: { cpu: expect.anything(), memory: expect.anything() } },
    });
    const mounted = containerOf(app).volumeMounts.map(({ name }: any) => name);
    expect(podOf(app).spec.volumes.map(({ name }: any) => name)).toEqual(mounted);
  });

  it.each(APPS)(
    'keeps one copy of %s through a drain of nodes, and finds its pods by their labels',
    (app) => {
      const deployment = find(app, 'Deployment').spec;
      const budget = find(app, 'PodDisruptionBudget').spec;
      expect(deployment.replicas).toBeGreaterThan(budget.minAvailable);
      const { labels } = podOf(app).metadata;
      expect(deployment.selector.matchLabels).toEqual(labels);
      expect(budget.selector.matchLabels).toEqual(labels);
      expect(policyOf(app).podSelector.matchLabels).toEqual(labels);
      const service = find(app, 'Service');
      if (!service) return;
      expect(service.spec.selector).toEqual(labels);
      const names = containerOf(app).ports.map(({ name }: any) => name);
      for (const { targetPort } of service.spec.ports) expect(names).toContain(targetPort);
    },
  );

  it('has a service for each app that is called, and for no other', () => {
    expect(APPS.filter((app) => find(app, 'Service'))).toEqual(['api', 'lookup', 'broadcaster']);
  });

  it('closes everything that no policy names', () => {
    const all = policyOf('keyward-default');
    expect(all.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(all.ingress).toBeUndefined();
    for (const app of APPS) expect(podOf(app).metadata.labels).toMatchObject(all.podSelector.matchLabels);
  });

  it.each(APPS)('lets %s be reached at its ports, and reach its stores and its issuer', (app) => {
    const settings = settingsOf(app);
    const { ingress, egress } = policyOf(app);
    expect([...new Set(portsIn(ingress))]).toEqual(portsOf(app).sort((a, b) => a - b));
    const stores = Object.entries(STORE_PORTS).filter(([name]) => name in settings);
    const outside = [...stores.map(([, port]) => port), ...('KEYWARD_TOKEN_ISSUER' in settings ? [443] : [])];
    expect(portsIn(egress)).toEqual(outside.sort((a, b) => a - b));
    for (const { from } of ingress) expect(from[0].namespaceSelector.matchLabels).toBeDefined();
  });
});
