import { createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { organizationStream, refusalsStream } from '@keyward/domain';
import { openEventStore, type EventToAppend } from '@keyward/event-store';
import type { CommandLine } from './command.js';

const AT_ONCE = 1_000;
const START = Date.UTC(2026, 2, 1, 12);

/**
 * An event log in which the audit log of acme has so many events, as a Keyward over this folder would have left it; every
 * tenth event is another organization's. Without commands, which would take many times as long.
 * @param onEvents told how many are there
 */
export async function writeLongLog(
  dataDir: string,
  count: number,
  onEvents: (count: number) => void = () => undefined,
): Promise<void> {
  const events = await openEventStore(`sqlite:${join(dataDir, 'keyward.db')}`);
  const append = (stream: string, batch: readonly EventToAppend[]) =>
    events.append({ stream, expectedRevision: 'any', events: batch });
  try {
    for (const org of ['acme', 'globex'])
      await append(organizationStream(org), [
        eventOf('OrganizationRegistered', 0, { organizationId: org, name: `The ${org}`, plan: 'team' }),
      ]);
    for (let done = 1; done < count; done += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, n) => done + n);
      await append(
        refusalsStream('acme'),
        numbers.map((n) => refusal('acme', n)),
      );
      const others = numbers.filter((n) => n % 10 === 0);
      if (others.length > 0)
        await append(
          refusalsStream('globex'),
          others.map((n) => refusal('globex', n)),
        );
      onEvents(done);
    }
  } finally {
    await events.close();
  }
}

/** Of all events these are the ones that may be many and that no projection folds. */
function refusal(organizationId: string, n: number): EventToAppend {
  return eventOf('RequestRefused', n, {
    organizationId,
    ...{ projectId: null, integrationId: 'openai', operation: 'setOrgKey', code: 'NOT_ENTITLED' },
    ...{ count: 1 + (n % 7), firstAt: timeOf(n) },
  });
}

function eventOf(type: string, n: number, data: EventToAppend['data']): EventToAppend {
  const provenance = {
    ...{ actor: `=somebody "${n % 13}"`, actorKind: 'organization_member', occurredAt: timeOf(n) },
    ...{ reason: null, idempotencyKey: null, requestDigest: null },
  };
  return { id: randomUUID(), type, data: { ...data, ...provenance }, metadata: { schemaVersion: 1 } };
}

function timeOf(n: number): string {
  return new Date(START + n * 1_000).toISOString();
}

/** A file with the public key of a data folder, as verifiers need it. */
export function trustedKeyIn(dataDir: string): string {
  const path = join(dataDir, 'trusted.pem');
  const key = createPublicKey(readFileSync(join(dataDir, 'audit-signing-key.pem')));
  writeFileSync(path, key.export({ type: 'spki', format: 'pem' }));
  return path;
}

/** Resolves once a Keyward has read its whole log into the history: before that it exports nothing. */
export async function untilIndexed(cli: CommandLine): Promise<void> {
  const UNAVAILABLE = 9;
  for (;;) {
    const { code, stderr } = await cli.run('history acme --limit 1');
    if (code === 0) return;
    if (code !== UNAVAILABLE) throw new Error(stderr);
    await sleep(500);
  }
}
