import { join } from 'node:path';
import { credentials, Metadata } from '@grpc/grpc-js';
import { AuditLog, logOfStream } from '@keyward/audit';
import { keywardGrpc, type LookupResponse__Output } from '@keyward/contracts';
import { openEventStore } from '@keyward/event-store';
import { HttpClient } from '../faults/load/http-client.js';
import { token, type RunningKeyward } from '../support/standalone.js';

const ACME = '/v1/organizations/acme';

/** What a Keyward on a recorded log is asked: paths of the HTTP API, and lookups by organization, project, integration. */
export const QUESTIONS: Questions = {
  paths: [
    '/v1/rollout',
    '/v1/organizations/acme/history?limit=200',
    '/v1/organizations/beta/history?limit=200',
    `${ACME}/integrations/openai/key/usage`,
    `${ACME}/projects/website/integrations/openai/effective-key`,
    `${ACME}/projects/mobile/integrations/openai/effective-key`,
    `${ACME}/projects/mobile/integrations/serpapi/effective-key`,
    `${ACME}/projects/mobile/integrations/github/effective-key`,
  ],
  /** Also as of each entry of its organization's history. */
  asOf: `${ACME}/projects/mobile/integrations/openai/effective-key`,
  lookups: [
    ['acme', 'website', 'openai'],
    ['acme', 'mobile', 'openai'],
    ['acme', 'mobile', 'serpapi'],
    ['acme', 'mobile', 'github'],
    ['beta', 'shop', 'openai'],
  ],
};

export interface Questions {
  readonly paths: readonly string[];
  readonly asOf: string;
  readonly lookups: readonly (readonly [organization: string, project: string, integration: string])[];
}

/** By question: the body of the answer, or what a worker is told. */
export type Answers = Readonly<Record<string, unknown>>;

export async function answersOf(
  { httpUrl, grpcTarget }: RunningKeyward,
  dataDir: string,
  { paths, asOf, lookups }: Questions,
): Promise<Answers> {
  const grants = ['--platform-admin', '--org', 'acme=owner', '--org', 'beta=admin'];
  const admin = token(dataDir, '--subject', 'auditor', ...grants);
  const http = new HttpClient(Number(new URL(httpUrl).port));
  const answers: Record<string, unknown> = {};
  const ask = async (path: string) =>
    (answers[path] = await http.must({ method: 'GET', path, token: admin })) as {
      items: { position: string }[];
    };
  try {
    for (const path of paths) await ask(path);
    const { items } = answers[paths[1]!] as { items: { position: string; projectId: string | null }[] };
    const since = items.findIndex(({ projectId }) => projectId === 'mobile');
    for (const { position } of items.slice(since)) await ask(`${asOf}?at=${encodeURIComponent(position)}`);
  } finally {
    http.close();
  }
  for (const address of lookups) {
    const worker = token(dataDir, '--subject', 'worker', '--worker', address[0]);
    answers[`lookup ${address.join(' ')}`] = await lookup(grpcTarget, worker, address);
  }
  return answers;
}

async function lookup(
  target: string,
  worker: string,
  address: Questions['lookups'][number],
): Promise<unknown> {
  const client = new keywardGrpc.keyward.v1.EffectiveKeys(target, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${worker}`);
  const [organizationId, projectId, integrationId] = address;
  const request = {
    address: { organizationId, projectId, integrationId },
    consistency: { fullyConsistent: true },
  };
  try {
    const { key, notConfigured } = await new Promise<LookupResponse__Output>((resolve, reject) => {
      client.lookup(request, metadata, (error, response) => (error ? reject(error) : resolve(response!)));
    });
    if (!key) return notConfigured;
    const { secret, source, version, keyId, fingerprint } = key;
    return { secret: secret.toString(), source, version, keyId, fingerprint };
  } finally {
    client.close();
  }
}

/** Per audit log the hash of each of its events, in order. */
export async function leafHashesOf(dataDir: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const store = await openEventStore(`sqlite:${join(dataDir, 'keyward.db')}`);
  const logs = new Map<string, { log: AuditLog; hashes: string[] }>();
  try {
    for await (const event of store.readAll()) {
      const identity = logOfStream(event.stream);
      if (!identity) continue;
      const name = identity.organizationId ?? '';
      let entry = logs.get(name);
      if (!entry)
        logs.set(
          name,
          (entry = { log: AuditLog.begin({ storeId: store.storeId, ...identity }), hashes: [] }),
        );
      entry.hashes.push(entry.log.append(event).leafHash.toString('hex'));
    }
  } finally {
    await store.close();
  }
  return Object.fromEntries([...logs].map(([name, { hashes }]) => [name, hashes]));
}
