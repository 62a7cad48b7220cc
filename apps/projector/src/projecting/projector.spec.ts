import { jest } from '@jest/globals';
import { MemoryEventStore, type EventStore } from '@keyward/event-store';
import { MemoryReadModel, type ReadModelRecord, type ReadModelWriter } from '@keyward/read-model';
import { NO_TRACING, SystemClock } from '@keyward/runtime';
import { append, setOrgKey, until } from '../testing/log-events.js';
import { project, type ProjectorObserver } from './projector.js';

const BEAT_MS = 5;
const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

interface Running {
  readonly seen: string[];
  readonly stop: () => Promise<void>;
  readonly ended: Promise<void>;
}

const running: (() => void)[] = [];

function run(events: EventStore, writer: ReadModelWriter): Running {
  const seen: string[] = [];
  const note = (what: string) => (): void => void seen.push(what);
  const observer: ProjectorObserver = {
    standingBy: note('standing by'),
    takingOver: note('taking over'),
    rebuilding: note('rebuilding'),
    applying: note('applying'),
    applied: (count) => void seen.push(`applied ${count}`),
    caughtUp: note('caught up'),
    heartbeatMissed: note('missed'),
    maintained: note('maintained'),
    maintenanceInterrupted: note('interrupted'),
  };
  const controller = new AbortController();
  const ended = project(
    { events, writer, observer, heartbeatMs: BEAT_MS, tracing: NO_TRACING, clock: new SystemClock() },
    controller.signal,
  );
  ended.catch(() => undefined);
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  running.push(() => controller.abort());
  return { seen, stop, ended };
}

let log: MemoryEventStore;
let readModel: MemoryReadModel;
afterEach(() => running.splice(0).forEach((abort) => abort()));
beforeEach(() => {
  log = new MemoryEventStore();
  readModel = new MemoryReadModel();
});

const ready = async () => (await readModel.status()).ready;
const heartbeat = async () => (await readModel.status()).heartbeat;
const keyVersion = async () =>
  (await readModel.lookup([ADDRESS])).entries[0]!.organizationSlot?.state.key?.version;

describe('project', () => {
  it('builds an empty read model from the whole log, and only then says that it is ready', async () => {
    for (let version = 1; version <= 600; version++) await setOrgKey(log, 'acme', version);
    const readyAtWrite: boolean[] = [];
    const write: MemoryReadModel['write'] = async (records, checkpoint) => {
      readyAtWrite.push(await ready());
      await readModel.write(records, checkpoint);
    };
    const { seen, stop } = run(log, spied({ write }));
    await until(ready);
    expect(readyAtWrite.length).toBeGreaterThan(1);
    expect(readyAtWrite).not.toContain(true);
    expect(await keyVersion()).toBe(600);
    expect((await readModel.status()).position).toEqual(await log.head());
    expect(seen[0]).toBe('rebuilding');
    await stop();
  });

  it('is ready on an empty log', async () => {
    const { stop } = run(log, readModel);
    await until(ready);
    await until(async () => (await heartbeat()) > 1);
    await stop();
  });

  it('follows what is appended while it runs', async () => {
    const { stop } = run(log, readModel);
    await until(ready);
    for (let version = 1; version <= 3; version++) {
      await setOrgKey(log, 'acme', version);
      await until(async () => (await keyVersion()) === version);
    }
    await stop();
  });

  it('counts events that it does not follow as seen, so that the head of the log can be waited for', async () => {
    const { stop } = run(log, readModel);
    await until(ready);
    await append(log, 'keyring', 'KeyEncryptionKeyAdopted', {});
    const head = await log.head();
    await readModel.waitFor(head, AbortSignal.timeout(5_000));
    await stop();
  });

  it('goes on from the checkpoint when it is started again', async () => {
    await setOrgKey(log, 'acme', 1);
    const first = run(log, readModel);
    await until(ready);
    await first.stop();
    await setOrgKey(log, 'acme', 2);
    const second = run(log, readModel);
    await until(async () => (await keyVersion()) === 2);
    await second.stop();
    expect(second.seen).not.toContain('rebuilding');
    expect(second.seen.filter((what) => what.startsWith('applied'))).toEqual(['applied 2']);
  });

  it('builds anew a read model of another log', async () => {
    await readModel.reset('another-log');
    await readModel.markReady();
    const { seen, stop } = run(log, readModel);
    await until(() => seen.includes('caught up'));
    expect(seen[0]).toBe('rebuilding');
    await stop();
  });

  it('builds anew a read model that is ahead of the log, which was restored from a backup', async () => {
    await setOrgKey(log, 'acme', 1);
    await readModel.reset(log.storeId);
    await readModel.write([], { commit: 1_000n, prepare: 1_000n });
    await readModel.markReady();
    const { seen, stop } = run(log, readModel);
    await until(() => seen.includes('caught up'));
    expect(seen[0]).toBe('rebuilding');
    expect((await readModel.status()).position).toEqual(await log.head());
    await stop();
  });

  it('finishes the batch under way when it is stopped', async () => {
    await setOrgKey(log, 'acme', 1);
    const gate = gated();
    const { seen, stop } = run(log, spied({ write: gate.write }));
    await gate.entered;
    const stopped = stop();
    gate.open();
    await stopped;
    expect(seen).toContain('applied 2');
    expect(await readModel.checkpoint(log.storeId)).toEqual(await log.head());
  });

  describe('by the time of the heartbeat', () => {
    const real = [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'setTimeout',
    ] as const;
    beforeEach(() => jest.useFakeTimers({ doNotFake: [...real] }));
    afterEach(() => jest.useRealTimers());
    const passBeats = (count: number) => jest.advanceTimersByTimeAsync(count * BEAT_MS);

    it('stops beating while a batch is stuck, and beats again when it is through', async () => {
      const gate = gated();
      let stuck = false;
      const write: MemoryReadModel['write'] = (records, checkpoint) =>
        stuck ? gate.write(records, checkpoint) : readModel.write(records, checkpoint);
      const { stop } = run(log, spied({ write }));
      await until(ready);
      const atFirst = await heartbeat();
      await passBeats(3);
      expect(await heartbeat()).toBeGreaterThan(atFirst);
      stuck = true;
      await setOrgKey(log, 'acme', 1);
      await gate.entered;
      const beats = await heartbeat();
      await passBeats(10);
      expect(await heartbeat()).toBe(beats);
      gate.open();
      await until(async () => (await keyVersion()) === 1);
      await passBeats(3);
      expect(await heartbeat()).toBeGreaterThan(beats);
      await stop();
    });

    it('stops beating when the subscription breaks', async () => {
      const { ended } = run(log, readModel);
      await until(ready);
      await passBeats(1);
      await log.close();
      await expect(ended).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const beats = await heartbeat();
      expect(beats).toBeGreaterThan(0);
      await passBeats(10);
      expect(await heartbeat()).toBe(beats);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  it('stops before an event that it cannot apply, each time anew, and never passes over it', async () => {
    await setOrgKey(log, 'acme', 1);
    const before = await log.head();
    await append(log, 'orgKey-acme~openai', 'OrgKeyMelted', {});
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(run(log, readModel).ended).rejects.toMatchObject({ code: 'UNREADABLE_EVENT' });
      expect(await readModel.checkpoint(log.storeId)).toEqual(before);
      expect(await ready()).toBe(false);
    }
    expect(await keyVersion()).toBe(1);
  });
});

/** The read model's writing side with some of its ways replaced. */
function spied(replaced: Partial<ReadModelWriter>): ReadModelWriter {
  return {
    checkpoint: (storeId) => readModel.checkpoint(storeId),
    reset: (storeId) => readModel.reset(storeId),
    load: (keys) => readModel.load(keys),
    write: (records, checkpoint) => readModel.write(records, checkpoint),
    markReady: () => readModel.markReady(),
    heartbeat: (position) => readModel.heartbeat(position),
    ...replaced,
  };
}

/** A write that waits until it is let through. */
function gated() {
  let open = (): void => undefined;
  let enter = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (enter = resolve));
  const write = async (
    records: readonly ReadModelRecord[],
    checkpoint: Parameters<ReadModelWriter['write']>[1],
  ) => {
    enter();
    await opened;
    await readModel.write(records, checkpoint);
  };
  return { write, entered, open };
}
