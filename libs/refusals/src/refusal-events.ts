import { randomUUID } from 'node:crypto';
import {
  SCHEMA_VERSION,
  organizationStream,
  projectStream,
  refusalsStream,
  type RequestRefused,
} from '@keyward/domain';
import type { EventStore, StreamAppend } from '@keyward/event-store';
import { Tally, type Counted } from './tally.js';

/**
 * What goes into the log of an organization's refusals; undefined when nothing does. The names in a request are what
 * somebody typed, a key perhaps: those of no project that is or was are left out, and so is an organization
 * that nobody registered. This is asked here, long after the answer, so that the answer cannot tell.
 */
export async function refusalsAppend(
  events: Pick<EventStore, 'readStream'>,
  organizationId: string,
  counted: readonly Counted[],
): Promise<StreamAppend | undefined> {
  if (!(await isThere(events, organizationStream(organizationId)))) return undefined;
  const tally = tallyOf(counted, await projectsThere(events, organizationId, counted));
  if (tally.size === 0) return undefined;
  return {
    stream: refusalsStream(organizationId),
    expectedRevision: 'any',
    events: tally.all.map((each) => ({
      id: randomUUID(),
      type: 'RequestRefused' satisfies RequestRefused['type'],
      data: dataOf(organizationId, each),
      metadata: { schemaVersion: SCHEMA_VERSION },
    })),
  };
}

function tallyOf(counted: readonly Counted[], projects: ReadonlySet<string>): Tally {
  const tally = new Tally();
  for (const each of counted) {
    const named = each.request.projectId;
    const projectId = named !== null && projects.has(named) ? named : null;
    // Of a project that never was there is nothing that policy could deny: a name was mistyped.
    if (each.request.code === 'UNKNOWN_PROJECT' && projectId === null) continue;
    tally.add({ ...each, request: { ...each.request, projectId } }, false);
  }
  return tally;
}

function dataOf(organizationId: string, { request, count, first, last }: Counted): RequestRefused['data'] {
  return {
    organizationId,
    ...request,
    count,
    firstAt: first.toISOString(),
    occurredAt: last.toISOString(),
    reason: null,
    idempotencyKey: null,
    requestDigest: null,
  };
}

async function projectsThere(
  events: Pick<EventStore, 'readStream'>,
  organizationId: string,
  counted: readonly Counted[],
): Promise<ReadonlySet<string>> {
  const named = new Set(counted.flatMap(({ request: { projectId } }) => projectId ?? []));
  const there = new Set<string>();
  for (const projectId of named)
    if (await isThere(events, projectStream(organizationId, projectId))) there.add(projectId);
  return there;
}

async function isThere(events: Pick<EventStore, 'readStream'>, stream: string): Promise<boolean> {
  for await (const _first of events.readStream(stream, { maxCount: 1 })) return true;
  return false;
}
