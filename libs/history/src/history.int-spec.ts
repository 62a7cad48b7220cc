import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { START_OF_LOG } from '@keyward/contracts';
import { EventStoreError, MemoryEventStore, type EventStore } from '@keyward/event-store';
import { Supervisor } from '@keyward/runtime';
import { Logger } from '@nestjs/common';
import { HistoryIndexError, type HistoryIndex } from './history-index.port.js';
import { History, type Freshness } from './history.js';
import { append, by, openInProcess } from './testing/index.js';

const NOW: Freshness = { kind: 'fully_consistent' };
const AT_HAND: Freshness = { kind: 'minimize_latency' };
const PATIENCE_MS = 10_000;
const IMPATIENCE_MS = 50;

describe('The history of an organization', () => {
  let folder: string;
  let events: MemoryEventStore;
  let supervisor: Supervisor;
  /** What stands between the history and its index. */
  let between: (index: HistoryIndex) => HistoryIndex;
  let discarded: boolean[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-history-'));
    events = new MemoryEventStore();
    supervisor = new Supervisor({ backoff: { minMs: 1, maxMs: 5 } });
    between = (index) => index;
    discarded = [];
    await append(events, by('alice').registers('acme'));
  });
  afterEach(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeAll(() => Logger.overrideLogger(false));

  const report = { rebuilding: jest.fn(), applied: jest.fn(), caughtUp: jest.fn(), ended: jest.fn() };
  let runs = 0;
  const start = (log: EventStore = events): History => {
    const history = new History({
      events: log,
      report,
      open: async (discard) => {
        discarded.push(discard);
        return between(
          await openInProcess({ file: join(folder, 'history.db'), storeId: 'the log', discard }),
        );
      },
    });
    supervisor.run(`history-${runs++}`, (signal) => history.follow(signal));
    return history;
  };
  const read = async (history: History, freshness: Freshness = NOW, timeoutMs = PATIENCE_MS) =>
    (await history.read({ organizationId: 'acme', limit: 100 }, freshness, timeoutMs)).entries.map(
      ({ kind, event }) => `${kind} by ${(event.data as { actor: string }).actor}`,
    );

  it('has everything that was in the log when it was asked', async () => {
    const history = start();
    for (let n = 0; n < 20; n++) {
      await append(events, by(`bob-${n}`).sets('acme'));
      expect((await read(history)).at(-1)).toBe(`set by bob-${n}`);
    }
  });

  it('is at least as fresh as a position, and says what it is as of', async () => {
    const history = start();
    await append(events, by('bob').sets('acme'));
    const position = await events.head();
    const freshness = { kind: 'at_least_as_fresh', position, field: 'at_least_as_fresh' } as const;
    const page = await history.read({ organizationId: 'acme', limit: 1 }, freshness, PATIENCE_MS);
    expect(page).toMatchObject({ position, more: true, entries: [{ kind: 'organization_registered' }] });
  });

  it('refuses a position that the log has not come to', async () => {
    const freshness = {
      kind: 'at_least_as_fresh',
      position: { commit: 99n, prepare: 99n },
      field: 'after',
    } as const;
    await expect(read(start(), freshness)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'after' }],
    });
  });

  it('knows no organization that was never registered', async () => {
    const history = start();
    const wanted = { organizationId: 'globex', limit: 1 };
    await expect(history.read(wanted, NOW, PATIENCE_MS)).rejects.toMatchObject({
      code: 'UNKNOWN_ORGANIZATION',
    });
  });

  it('goes on after a restart where it was', async () => {
    await read(start());
    await supervisor.stop();
    supervisor = new Supervisor();
    await append(events, by('bob').sets('acme'));
    report.applied.mockClear();
    expect(await read(start())).toEqual(['organization_registered by alice', 'set by bob']);
    expect(report.applied.mock.calls).toEqual([[1]]);
  });

  it('is made anew when the log is another one than it was made of, at the same places', async () => {
    await append(events, by('bob').sets('acme'));
    await read(start());
    await supervisor.stop();
    supervisor = new Supervisor();
    const restored = new MemoryEventStore();
    await append(restored, by('carol').registers('acme'), by('carol').sets('acme'), by('carol').sets('acme'));
    report.rebuilding.mockClear();
    expect(await read(start(restored))).toEqual([
      'organization_registered by carol',
      'set by carol',
      'set by carol',
    ]);
    expect(report.rebuilding).toHaveBeenCalledTimes(1);
  });

  it('is refused with what is missing while it is not complete, however modest the question', async () => {
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    between = (index) => ({ ...index, apply: async (...args) => held.then(() => index.apply(...args)) });
    const history = start();
    await expect(read(history, AT_HAND, IMPATIENCE_MS)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The history is being read from the event log (0 %). Try again.',
      retryAfterSeconds: 1,
    });
    go();
    expect(await read(history)).toHaveLength(1);
    expect(history.problem).toBeUndefined();
  });

  it('is refused rather than given without what was asked to be in it', async () => {
    let held = Promise.resolve();
    between = (index) => ({ ...index, apply: async (...args) => (await held, index.apply(...args)) });
    const history = start();
    await read(history);
    let go = (): void => undefined;
    held = new Promise<void>((resolve) => (go = resolve));
    await append(events, by('bob').sets('acme'));
    await expect(read(history, NOW, IMPATIENCE_MS)).rejects.toMatchObject({ code: 'STALE_READ_MODEL' });
    expect(await read(history, AT_HAND)).toEqual(['organization_registered by alice']);
    go();
    expect(await read(history)).toHaveLength(2);
  });

  it('is refused while the log that it would have to ask is away', async () => {
    const history = start();
    await read(history);
    jest.spyOn(events, 'head').mockRejectedValueOnce(new EventStoreError('UNAVAILABLE', 'away'));
    await expect(read(history)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('stands still before an event that it does not know, and says so', async () => {
    const history = start();
    await read(history);
    const unknown = { ...by('bob').sets('acme'), type: 'OrgKeyMelted' as never };
    await append(events, unknown, by('bob').sets('acme'));
    await expect(read(history, NOW, 500)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('stands still before an event that this release cannot read'),
    });
  });

  it('that turns out to be damaged is thrown away and made anew, and never answers wrongly', async () => {
    let isDamaged = false;
    between = (index) => ({
      ...index,
      read: async (query) => {
        if (isDamaged) throw new HistoryIndexError('LOST', 'damaged');
        return index.read(query);
      },
    });
    const history = start();
    await read(history);
    isDamaged = true;
    await expect(read(history)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isDamaged = false;
    expect(await read(history)).toEqual(['organization_registered by alice']);
    expect(discarded).toEqual([false, true]);
  });

  it('says that it cannot keep its file, and goes on when it can', async () => {
    let isFull = true;
    between = (index) => ({
      ...index,
      apply: async (...args) => {
        if (isFull) throw new HistoryIndexError('UNAVAILABLE', 'the disk is full');
        return index.apply(...args);
      },
    });
    const history = start();
    await expect(read(history, NOW, 200)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isFull = false;
    expect(await read(history)).toEqual(['organization_registered by alice']);
    expect(new Set(discarded)).toEqual(new Set([false]));
  });

  it('of an empty log is complete at once', async () => {
    const empty = new MemoryEventStore();
    const history = start(empty);
    await expect(read(history)).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
    expect(await empty.head()).toEqual(START_OF_LOG);
  });
});
