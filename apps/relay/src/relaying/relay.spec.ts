import { MemoryChangeLog, type ChangeLogWriter, type KeyChange } from '@keyward/change-log';
import { ReaderProbe } from '@keyward/change-log/testing';
import { START_OF_LOG, type LogPosition } from '@keyward/contracts';
import { MemoryEventStore } from '@keyward/event-store';
import { NO_TRACING } from '@keyward/runtime';
import { relay } from './relay.js';
import { ORG_SLOT, PROJECT_SLOT, appendOtherEvent, appendSlotEvent } from '../testing/slot-events.js';

/** One run of the relay, stopped by the test. */
class Run {
  relayed = 0;
  private readonly abort = new AbortController();
  private readonly waiters: { readonly place: bigint; readonly resolve: () => void }[] = [];
  private place = -1n;
  readonly ended: Promise<void>;

  constructor(store: MemoryEventStore, changeLog: ChangeLogWriter) {
    const observer = {
      standsBy: () => undefined,
      relayed: (count: number) => void (this.relayed += count),
      reached: ({ commit }: LogPosition, caughtUp: boolean) => {
        if (caughtUp) this.place = commit;
        for (const { place, resolve } of this.waiters) if (place <= this.place) resolve();
      },
    };
    this.ended = relay({ store, changeLog, observer, tracing: NO_TRACING }, this.abort.signal);
  }

  /** Resolves when everything up to a position is relayed; rejects when the run fails before. */
  async reaches({ commit: place }: LogPosition): Promise<void> {
    if (this.place >= place) return;
    const reached = new Promise<void>((resolve) => this.waiters.push({ place, resolve }));
    const failed = this.ended.then(() => Promise.reject(new Error('the relay ended')));
    await Promise.race([reached, failed]);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }
}

describe('relay', () => {
  let store: MemoryEventStore;
  let changeLog: MemoryChangeLog;
  let runs: Run[];

  beforeEach(() => {
    store = new MemoryEventStore();
    changeLog = new MemoryChangeLog({ retain: 5 });
    runs = [];
  });

  afterEach(async () => {
    await Promise.allSettled(runs.map((run) => run.stop()));
    await store.close();
  });

  const start = (into: ChangeLogWriter = changeLog): Run => {
    const run = new Run(store, into);
    runs.push(run);
    return run;
  };

  const read = async (): Promise<KeyChange[]> => {
    const probe = await new ReaderProbe(changeLog).untilCaughtUp();
    await probe.stop();
    return probe.changes;
  };

  const versions = (changes: readonly KeyChange[]): number[] => changes.map(({ version }) => version);

  it('relays every change in log order, past and to come', async () => {
    await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 1 });
    await appendOtherEvent(store);
    const run = start();
    await run.reaches(await appendSlotEvent(store, PROJECT_SLOT, 'ProjectKeySet', { version: 2 }));
    await run.reaches(await appendSlotEvent(store, ORG_SLOT, 'OrgKeyDisabled', { version: 3 }));
    const changes = await read();
    expect(versions(changes)).toEqual([1, 2, 3]);
    expect(changes.map(({ kind, projectId }) => [kind, projectId])).toEqual([
      ['set', null],
      ['set', 'website'],
      ['disabled', null],
    ]);
  });

  it('moves the checkpoint past events that are no changes', async () => {
    const run = start();
    const position = await appendOtherEvent(store);
    await run.reaches(position);
    expect(await changeLog.checkpoint()).toEqual(position);
    expect(run.relayed).toBe(0);
  });

  it('fills a new change log with no more than it can hold', async () => {
    for (let version = 1; version <= 12; version++) {
      await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version });
      await appendOtherEvent(store);
    }
    const run = start();
    await run.reaches(await store.head());
    expect(run.relayed).toBe(5);
    expect(versions(await read())).toEqual([8, 9, 10, 11, 12]);
    expect(await changeLog.truncatedBefore()).toEqual({ commit: 13n, prepare: 13n });
  });

  it('says that nothing is missing when the whole log was relayed', async () => {
    for (let version = 1; version <= 5; version++)
      await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version });
    const run = start();
    await run.reaches(await store.head());
    expect(versions(await read())).toEqual([1, 2, 3, 4, 5]);
    expect(await changeLog.truncatedBefore()).toBeNull();
  });

  it('works on an empty log', async () => {
    const run = start();
    await run.reaches(START_OF_LOG);
    expect(await read()).toEqual([]);
  });

  it('goes on after its checkpoint, without a gap or a repeat', async () => {
    const first = start();
    await first.reaches(await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 1 }));
    await first.stop();
    const position = await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 2 });
    await start().reaches(position);
    expect(versions(await read())).toEqual([1, 2]);
  });

  it('repeats changes rather than losing them when it dies between append and checkpoint', async () => {
    await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 1 });
    const dying: ChangeLogWriter = {
      backfill: changeLog.backfill,
      checkpoint: () => changeLog.checkpoint(),
      begin: (from) => changeLog.begin(from),
      append: (changes) => changeLog.append(changes),
      saveCheckpoint: () => Promise.reject(new Error('killed')),
    };
    await expect(start(dying).ended).rejects.toThrow('killed');
    const run = start();
    await run.reaches(await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 2 }));
    expect(versions(await read())).toEqual([1, 1, 2]);
  });

  it('stops at an event that it cannot read, with all before it relayed and nothing after', async () => {
    await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 1 });
    await appendSlotEvent(store, ORG_SLOT, 'OrgKeySet', { version: 'two' });
    await appendSlotEvent(store, ORG_SLOT, 'OrgKeyRemoved', { version: 3 });
    for (const run of [start(), start()]) {
      await expect(run.ended).rejects.toMatchObject({ code: 'UNREADABLE_EVENT' });
    }
    expect(await changeLog.checkpoint()).toEqual({ commit: 1n, prepare: 1n });
    const probe = await new ReaderProbe(changeLog).until(({ progress }) => progress.length === 1);
    expect(new Set(versions(probe.changes))).toEqual(new Set([1]));
    expect(probe.progress[0]!.caughtUp).toBe(false);
    await probe.stop();
  });
});
