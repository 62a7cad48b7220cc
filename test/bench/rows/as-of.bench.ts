import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { encodePosition } from '@keyward/contracts';
import { openEventStore, type EventStore, type EventToAppend } from '@keyward/event-store';
import Database from 'libsql';
import { startKeyward, temporaryDataDir, token } from '../../support/standalone.js';
import { interleave } from '../harness/interleave.js';
import type { Bench, Measurement, Row } from '../harness/row.js';
import { median } from '../harness/statistics.js';
import { figure } from '../harness/table.js';
import { RawHttpConnection } from '../support/raw-http.js';

const SIZES = [10, 1_000, 100_000];
const QUICK_SIZES = [10, 1_000, 10_000];
const BATCH = 500;
const CALLS_PER_ROUND = 20;
const by = {
  actor: 'olga',
  occurredAt: '2026-03-01T12:00:00.000Z',
  reason: null,
  idempotencyKey: null,
  requestDigest: null,
};

/** An organization in which all that ever happened happened to one key. */
interface Past {
  readonly organizationId: string;
  readonly events: number;
  /** Of the event in the middle. */
  readonly at: string;
}

async function measure(bench: Bench): Promise<Measurement> {
  const data = temporaryDataDir();
  try {
    const pasts = await record(bench, join(data.path, 'keyward.db'), bench.quick ? QUICK_SIZES : SIZES);
    const keyward = await startKeyward(data.path, {
      KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
      KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
    });
    const grants = pasts.flatMap(({ organizationId }) => ['--org', `${organizationId}=owner`]);
    const asker = new Asker(
      await RawHttpConnection.open(keyward.httpUrl),
      token(data.path, '--subject', 'olga', ...grants),
    );
    const bare = new Database(join(data.path, 'keyward.db'), { readonly: true });
    try {
      return await compare(bench, pasts, asker, bare);
    } finally {
      bare.close();
      asker.close();
      await keyward.stop();
    }
  } finally {
    data.dispose();
  }
}

/** The longest past against a bare read of the same events; the shorter ones are told below the table. */
async function compare(
  bench: Bench,
  pasts: readonly Past[],
  asker: Asker,
  bare: Database.Database,
): Promise<Measurement> {
  const longest = pasts.at(-1)!;
  const all = bare.prepare('SELECT revision, metadata, data FROM events WHERE stream = ? ORDER BY revision');
  const read = (): Promise<number> => {
    const startAt = performance.now();
    for (const row of all.all([streamOf(longest.organizationId)]) as { data: string }[]) JSON.parse(row.data);
    return Promise.resolve(performance.now() - startAt);
  };
  const measurement = await interleave(bench, () => asker.time(longest), read);
  const samples: Record<string, readonly number[]> = {};
  for (const past of pasts) {
    const times: number[] = [];
    for (let round = 0; round < bench.rounds; round += 1) times.push(await asker.time(past));
    samples[`events${past.events}`] = times;
  }
  const each = pasts.map(
    ({ events }) => `${figure(events)} events ${figure(median(samples[`events${events}`]!))} ms`,
  );
  return {
    ...measurement,
    samples: { ...measurement.samples, ...samples },
    notes: [
      `${each.join(', ')}: all of one key, as of the middle one`,
      'the limit is plain SQLite: all events of that key read and parsed, once',
    ],
  };
}

class Asker {
  constructor(
    private readonly connection: RawHttpConnection,
    private readonly token: string,
  ) {}

  /** Milliseconds of one call. */
  async time({ organizationId, at, events }: Past): Promise<number> {
    const path = `/v1/organizations/${organizationId}/projects/website/integrations/openai/effective-key?at=${encodeURIComponent(at)}`;
    const startAt = performance.now();
    let answer = '';
    for (let n = 0; n < CALLS_PER_ROUND; n += 1)
      answer = await this.connection.call({ method: 'GET', path, token: this.token });
    const time = (performance.now() - startAt) / CALLS_PER_ROUND;
    if (!answer.includes(`"version":${Math.ceil(events / 2)}`))
      throw new Error(`Not what was in force: ${answer}`);
    return time;
  }

  close(): void {
    this.connection.close();
  }
}

/** As commands would have left it. */
async function record(bench: Bench, file: string, sizes: readonly number[]): Promise<Past[]> {
  const log = await openEventStore(`sqlite:${file}`);
  try {
    const pasts: Past[] = [];
    for (const events of sizes) {
      bench.progress(`recording ${figure(events)} events of one key`);
      pasts.push(await recordOne(log, `acme-${events}`, events));
    }
    return pasts;
  } finally {
    await log.close();
  }
}

async function recordOne(log: EventStore, organizationId: string, events: number): Promise<Past> {
  const organization = { ...by, organizationId, name: 'Acme', plan: 'enterprise' };
  const append = (stream: string, all: readonly EventToAppend[]) =>
    log.append({ stream, expectedRevision: 'any', events: all });
  await append(`organization-${organizationId}`, [event('OrganizationRegistered', organization)]);
  const project = { ...by, organizationId, projectId: 'website', name: 'Website' };
  await append(`project-${organizationId}~website`, [event('ProjectRegistered', project)]);
  let at = '';
  for (let first = 1; first <= events; first += BATCH) {
    const versions = Array.from({ length: Math.min(BATCH, events - first + 1) }, (_, n) => first + n);
    await append(
      streamOf(organizationId),
      versions.map((version) => keySet(organizationId, version)),
    );
  }
  const middle = BigInt(Math.ceil(events / 2) - 1);
  for await (const { position } of log.readStream(streamOf(organizationId), {
    fromRevision: middle,
    maxCount: 1,
  }))
    at = encodePosition(log.storeId, position);
  return { organizationId, events, at };
}

const streamOf = (organizationId: string): string => `orgKey-${organizationId}~openai`;

function keySet(organizationId: string, version: number): EventToAppend {
  const key = {
    keyId: randomUUID(),
    version,
    fingerprint: `fp1_${version}`,
    lastFour: null,
    credentialKind: 'api_key',
  };
  return event('OrgKeySet', { ...by, organizationId, integrationId: 'openai', ...key });
}

function event(type: string, data: EventToAppend['data']): EventToAppend {
  return { id: randomUUID(), type, data, metadata: { schemaVersion: 1 } };
}

export const rows: readonly Row[] = [
  {
    name: 'Effective key as of the middle of 100,000 events of one key',
    unit: 'ms',
    goal: { of: 'ratio', atMost: 0.1 },
    run: measure,
  },
];
