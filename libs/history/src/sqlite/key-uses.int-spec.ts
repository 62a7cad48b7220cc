import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryEventStore, type RecordedEvent } from '@keyward/event-store';
import { append, at, by, type SampleEvent } from '../testing/index.js';
import { HistoryFile } from './history-file.js';

describe('The uses of a key in the history', () => {
  let folder: string;
  let events: MemoryEventStore;
  let history: HistoryFile;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-history-'));
    events = new MemoryEventStore();
    history = HistoryFile.open({ file: join(folder, 'history.db'), storeId: 'store-1' });
    await add(by('alice').registers('acme'), by('alice').sets('acme'));
  });
  afterEach(() => {
    history.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = async (...samples: readonly SampleEvent[]): Promise<void> => {
    await append(events, ...samples);
    const all: RecordedEvent[] = [];
    for await (const event of events.readAll()) all.push(event);
    history.apply(all, all.at(-1)!.position);
  };
  const uses = () => history.usesOf('acme', 'openai').uses;

  it('are added up by worker, version and project, the latest first', async () => {
    const counts = { '2026-03-01T12:00Z': 2, '2026-03-01T12:01Z': 3 };
    await add(by('worker-1', 10).wasGiven('acme', { counts }, { projectId: 'mobile' }));
    await add(by('worker-2', 30).wasGiven('acme', { keyId: 'key-2', version: 2 }));
    await add(by('worker-1', 20).wasGiven('acme', {}));
    const use = { keyId: 'key-1', version: 1, projectId: 'website' };
    expect(uses()).toEqual([
      {
        ...use,
        keyId: 'key-2',
        version: 2,
        worker: 'worker-2',
        firstUsedAt: at(30),
        lastUsedAt: at(30),
        count: 1,
      },
      { ...use, worker: 'worker-1', firstUsedAt: at(10), lastUsedAt: at(20), count: 6 },
      { ...use, projectId: 'mobile', worker: 'worker-1', firstUsedAt: at(10), lastUsedAt: at(10), count: 1 },
    ]);
  });

  it('are those of the organization’s own key for this integration alone', async () => {
    await add(
      by('worker').wasGiven('acme', { level: 'project' }, { integrationId: 'exa' }),
      by('worker').wasGiven('globex', {}),
    );
    expect(uses()).toEqual([]);
  });

  it('never go back in time, whichever process records first', async () => {
    await add(by('worker', 20).wasGiven('acme', {}), by('worker', 10).wasGiven('acme', {}));
    expect(uses()).toMatchObject([{ firstUsedAt: at(10), lastUsedAt: at(20), count: 2 }]);
    expect(history.lastUses(['key-1', 'key-9'])).toEqual({
      position: expect.anything(),
      lastUses: new Map([['key-1', at(20).getTime()]]),
    });
  });

  it('are told as far as they are the latest thousand, and that there are more', async () => {
    const handOuts = Array.from({ length: 1_001 }, (_, n) => ({ worker: `worker-${n}` }));
    await add(by('worker').wasGiven('acme', ...handOuts));
    const { uses: told, moreUses } = history.usesOf('acme', 'openai');
    expect([told.length, moreUses]).toEqual([1_000, true]);
  });

  it('are in the history when it is asked for what was read, and only then, and only what was asked for', async () => {
    await add(by('worker-1').wasGiven('acme', {}, { worker: 'worker-2', projectId: 'mobile' }));
    const read = (more: object) =>
      history
        .read({ organizationId: 'acme', limit: 10, ...more })
        .entries.map(({ kind, event }) => [
          kind,
          (event.data as { handOuts?: { worker: string }[] }).handOuts?.map(({ worker }) => worker),
        ]);
    expect(read({}).map(([kind]) => kind)).toEqual(['organization_registered', 'set']);
    expect(read({ kind: 'read' })).toEqual([['read', ['worker-1', 'worker-2']]]);
    expect(read({ kind: 'read', projectId: 'mobile' })).toEqual([['read', ['worker-2']]]);
    expect(read({ kind: 'read', actor: 'worker-1', integrationId: 'openai' })).toEqual([
      ['read', ['worker-1']],
    ]);
    expect(read({ kind: 'read', actor: 'worker-1', projectId: 'mobile' })).toEqual([]);
  });
});
