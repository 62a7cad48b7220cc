import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import {
  eventSubject,
  isInRollout,
  organizationStream,
  rollout,
  type HandOut,
  type Rollout,
} from '@keyward/domain';
import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import fc from 'fast-check';
import type { HistoryQuery } from '../history-index.port.js';
import { HISTORY_KINDS, HISTORY_KIND_OF } from '../history-kind.js';
import { append, at, by, type SampleEvent } from '../testing/index.js';
import { HistoryFile } from './history-file.js';

const ORGANIZATIONS = ['acme', 'acme-2', 'globex'];
const PROJECTS = ['website', 'mobile'];
const INTEGRATIONS = ['openai', 'slack'];
const ACTORS = ['alice', 'bob'];

const organization = fc.constantFrom(...ORGANIZATIONS);
const slot = fc.record({
  integrationId: fc.constantFrom(...INTEGRATIONS),
  projectId: fc.option(fc.constantFrom(...PROJECTS), { nil: undefined }),
  keyId: fc.constantFrom('key-1', 'key-2'),
});

const handOut = fc.record({
  worker: fc.constantFrom(...ACTORS),
  projectId: fc.constantFrom(...PROJECTS),
  integrationId: fc.constantFrom(...INTEGRATIONS),
});

/** Any event of anybody, at any time: what makes sense in a stream is not the history's to judge. */
const sample: fc.Arbitrary<SampleEvent> = fc
  .tuple(fc.constantFrom(...ACTORS), fc.integer({ min: 0, max: 20 }))
  .chain(([actor, second]) => {
    const does = by(actor, second);
    const lists = fc.uniqueArray(organization);
    return fc.oneof(
      organization.map((org) => does.registers(org)),
      fc.tuple(organization, fc.constantFrom(...PROJECTS)).map(([org, id]) => does.registersProject(org, id)),
      fc
        .record({ percentage: fc.integer({ min: 0, max: 100 }), include: lists, exclude: lists })
        .map((wanted) => does.rollsOut(wanted)),
      fc
        .tuple(organization, slot, fc.boolean())
        .map(([org, { projectId, ...rest }, isSet]) =>
          does[isSet ? 'sets' : 'removes'](org, projectId === undefined ? rest : { ...rest, projectId }),
        ),
      fc
        .tuple(organization, slot)
        .map(([org, { projectId = null, integrationId }]) =>
          does.isRefused(org, { projectId, integrationId }),
        ),
      fc.tuple(organization, fc.array(handOut)).map(([org, handOuts]) => does.wasGiven(org, ...handOuts)),
    );
  });

const query = fc.record(
  {
    organizationId: organization,
    projectId: fc.constantFrom(...PROJECTS),
    integrationId: fc.constantFrom(...INTEGRATIONS),
    actor: fc.constantFrom(...ACTORS),
    kind: fc.constantFrom(...HISTORY_KINDS),
    from: fc.integer({ min: 0, max: 20 }).map(at),
    to: fc.integer({ min: 0, max: 20 }).map(at),
    order: fc.constantFrom('oldest_first' as const, 'newest_first' as const),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { requiredKeys: ['organizationId', 'limit'] },
);

/** The history, said once more in the plainest way: the whole log, looked through. */
function plainHistory(log: readonly RecordedEvent[], wanted: HistoryQuery): string[] {
  const { organizationId } = wanted;
  const ownStream = organizationStream(organizationId);
  const registered = log.findIndex(({ stream }) => stream === ownStream);
  const isInAfter = log.map((_, n) => isInRollout(organizationId, rolloutAfter(log.slice(0, n + 1))));
  const found = log.flatMap((event, n) => {
    const isIn = isInAfter[n]!;
    const isTurn = registered !== -1 && n > registered && isIn !== isInAfter[n - 1];
    const isOwn = eventSubject(event.stream, event.data)!.organizationId === organizationId;
    if (!(isOwn || isTurn) || !passes(event, wanted)) return [];
    return [`${event.id} ${n === registered || isTurn ? isIn : null}`];
  });
  return wanted.order === 'newest_first' ? found.reverse() : found;
}

function rolloutAfter(log: readonly RecordedEvent[]): Rollout {
  const last = log.findLast(({ type }) => type === 'RolloutChanged');
  return last ? (last.data as unknown as Rollout) : rollout.initialState;
}

function passes({ stream, type, data }: RecordedEvent, wanted: HistoryQuery): boolean {
  const { actor, occurredAt } = data as { actor: string; occurredAt: string };
  const kind = HISTORY_KIND_OF[type as SampleEvent['type']];
  const isOfKind = wanted.kind === undefined ? kind !== 'read' : kind === wanted.kind;
  const isInTime =
    new Date(occurredAt) >= (wanted.from ?? new Date(0)) &&
    new Date(occurredAt) < (wanted.to ?? new Date('2100-01-01'));
  const { handOuts } = data as unknown as { handOuts: HandOut[] };
  const about = kind === 'read' ? handOuts : [{ ...eventSubject(stream, data)!, worker: actor }];
  return isOfKind && isInTime && isAbout(about, wanted);
}

type About = Record<'worker', string> & Record<'projectId' | 'integrationId', string | null>;

function isAbout(all: readonly About[], { projectId, integrationId, actor }: HistoryQuery): boolean {
  const narrows = [projectId, integrationId, actor].some((asked) => asked !== undefined);
  const isWanted = (each: About): boolean =>
    [each.projectId, undefined].includes(projectId) &&
    [each.integrationId, undefined].includes(integrationId) &&
    [each.worker, undefined].includes(actor);
  return !narrows || all.some(isWanted);
}

describe('The history in a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-history-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  let files = 0;
  const open = (storeId: string) =>
    HistoryFile.open({ file: join(folder, `history-${files++}.db`), storeId });

  const readAll = async (events: MemoryEventStore): Promise<RecordedEvent[]> => {
    const all: RecordedEvent[] = [];
    for await (const event of events.readAll()) all.push(event);
    return all;
  };

  it('gives, page by page, what looking through the whole log would give', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sample, { maxLength: 40 }),
        fc.array(query, { minLength: 1 }),
        async (samples, queries) => {
          const events = new MemoryEventStore();
          await append(events, ...samples);
          const log = await readAll(events);
          const file = open(events.storeId);
          file.apply(log, await events.head());
          for (const wanted of queries) expect(pages(file, wanted)).toEqual(plainHistory(log, wanted));
          file.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is the same however often and in whatever pieces the log comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sample, { minLength: 1, maxLength: 30 }),
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }),
        async (samples, cuts) => {
          const events = new MemoryEventStore();
          await append(events, ...samples);
          const log = await readAll(events);
          const [whole, pieces] = [open(events.storeId), open(events.storeId)];
          whole.apply(log, log.at(-1)!.position);
          // Each begins where something was before, as after a crash, and may overlap with what came already.
          let end = 0;
          for (const cut of [...cuts, log.length]) {
            const start = Math.min(cut, end);
            end = Math.min(log.length, Math.max(end, start + cut));
            const piece = log.slice(start, end);
            pieces.apply(piece, piece.at(-1)?.position ?? START_OF_LOG);
          }
          pieces.apply(log, log.at(-1)!.position);
          for (const organizationId of ORGANIZATIONS) {
            const wanted = { organizationId, limit: 100 };
            expect(pieces.read(wanted)).toEqual(whole.read(wanted));
          }
          whole.close();
          pieces.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

function pages(file: HistoryFile, wanted: HistoryQuery): string[] {
  const ids: string[] = [];
  let after: LogPosition | undefined;
  for (;;) {
    const { entries, more } = file.read({ ...wanted, after });
    expect(entries.length).toBeLessThanOrEqual(wanted.limit);
    ids.push(...entries.map(({ event, inRollout }) => `${event.id} ${inRollout}`));
    const last = entries.at(-1)?.event.position;
    if (!more || !last) return ids;
    if (after)
      expect(Math.sign(comparePositions(last, after))).toBe(wanted.order === 'newest_first' ? -1 : 1);
    after = last;
  }
}
