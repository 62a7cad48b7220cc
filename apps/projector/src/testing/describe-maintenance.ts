import { jest } from '@jest/globals';
import { MemoryEventStore } from '@keyward/event-store';
import type { BesideWriter, MaintenanceJob, RecordSource } from '@keyward/read-model';
import { KEEP_STOPPED_MS } from '../maintenance/maintain.js';
import { append, setOrgKey, until } from './log-events.js';
import { MaintainedRun, type Store } from './maintained-run.js';

const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

/** What an operator may ask a projector for, on any read model. */
export function describeMaintenance(name: string, openStore: () => Store): void {
  describe(`maintaining a read model ${name}`, () => {
    let log: MemoryEventStore;
    let store: Store;
    let run: MaintainedRun;

    beforeEach(async () => {
      log = new MemoryEventStore();
      store = openStore();
      for (let version = 1; version <= 3; version += 1) await setOrgKey(log, 'acme', version);
      await setOrgKey(log, 'globex', 1);
      run = new MaintainedRun(log, store);
      await until(async () => (await store.status()).ready);
    });
    afterEach(async () => {
      await run.stop();
      await store.close();
    });

    const version = async (): Promise<number | undefined> => {
      const { status, entries } = await store.lookup([ADDRESS]);
      return status.ready ? entries[0]!.organizationSlot?.state.key?.version : undefined;
    };

    /** What is compared differs, whatever is there. */
    function lie(): void {
      const inspect = store.inspect.bind(store);
      store.inspect = async (generation) => {
        const source = await inspect(generation);
        const lying: RecordSource = {
          position: () => source.position(),
          find: (keys) => Promise.resolve(keys.map(() => undefined)),
          scan: (organizationId) => source.scan(organizationId),
        };
        return lying;
      };
    }

    it('rebuilds it beside what is served, compares it, and switches; the projector goes on with it', async () => {
      const before = await store.inspect();
      const job = await run.does('rebuild');
      expect(job).toMatchObject({ state: 'done', events: 8, compared: 2, differenceCount: 0, share: 1 });
      await expect(before.position()).rejects.toThrow('another generation');
      await setOrgKey(log, 'acme', 4);
      await until(async () => (await version()) === 4);
      // The beat may be the first to find that it was replaced.
      expect(run.seen.filter((what) => !what.startsWith('missed'))).toEqual([
        'building what is lost',
        'rebuild done',
      ]);
    });

    it('is served all the time, and never goes back, while keys are set', async () => {
      let [next, last, building] = [4, 3, true];
      const set = async (): Promise<void> => {
        while (building) {
          await setOrgKey(log, 'acme', next++);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const look = async (): Promise<void> => {
        let position = (await store.status()).position.commit;
        while (building) {
          const { status, entries } = await store.lookup([ADDRESS]);
          const found = entries[0]!.organizationSlot?.state.key?.version ?? 0;
          expect(status.ready).toBe(true);
          expect(status.position.commit >= position).toBe(true);
          expect(found).toBeGreaterThanOrEqual(last);
          [position, last] = [status.position.commit, found];
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const work = Promise.all([set(), look(), look()]);
      try {
        for (let round = 0; round < 3; round += 1)
          expect(await run.does('rebuild')).toMatchObject({ state: 'done' });
      } finally {
        building = false;
      }
      await work;
      await until(async () => (await version()) === next - 1);
    });

    it('does not switch to what differs from the log, names it, and removes it', async () => {
      const before = await store.inspect();
      lie();
      const job = await run.does('rebuild', { extent: 1 });
      expect(job).toMatchObject({ state: 'differs', differenceCount: 1, generation: null });
      expect(job.differences[0]).toMatchObject({ record: 'key', integrationId: 'openai', kind: 'missing' });
      expect(await before.position()).toEqual(await log.head());
    });

    it('switches without a look when that is asked for', async () => {
      lie();
      expect(await run.does('rebuild', { extent: 'none' })).toMatchObject({ state: 'done', compared: 0 });
    });

    /** A building of which a stopped projector left so much. */
    async function leave(change: Partial<MaintenanceJob>): Promise<BesideWriter> {
      await run.stop();
      const builder = await store.rebuildBeside(log.storeId);
      await builder.write([], { commit: 4n, prepare: 4n });
      await run.ask('rebuild');
      await run.change({ generation: builder.generation, events: 1_004, ...change });
      run = new MaintainedRun(log, store);
      return builder;
    }

    it('goes on where another projector left it', async () => {
      await leave({});
      // From the checkpoint of what it builds: four events were left.
      expect(await run.ends()).toMatchObject({ state: 'done', events: 1_008 });
    });

    it('removes what was stopped and is not gone on with for an hour', async () => {
      const stoppedAt = run.clock.now().getTime() - KEEP_STOPPED_MS - 1;
      const builder = await leave({ state: 'stopped', endedAt: new Date(stoppedAt).toISOString() });
      await until(() => isGone(builder));
    });

    it('keeps it for that hour', async () => {
      const stoppedAt = run.clock.now().getTime() - KEEP_STOPPED_MS;
      const builder = await leave({ state: 'stopped', endedAt: new Date(stoppedAt).toISOString() });
      const dropBeside = jest.spyOn(store, 'dropBeside');
      await until(() => dropBeside.mock.calls.length >= 2);
      expect(await isGone(builder)).toBe(false);
      await run.change({ state: 'running', endedAt: null });
      expect(await run.ends()).toMatchObject({ state: 'done', events: 1_008 });
    });

    it('removes a building that nobody asked for', async () => {
      const builder = await store.rebuildBeside(log.storeId);
      await until(() => isGone(builder));
    });

    const isGone = (builder: BesideWriter): Promise<boolean> =>
      builder.checkpoint(log.storeId).then(
        () => false,
        () => true,
      );

    it('checks what is served against the log, as of its head', async () => {
      await append(log, 'rollout-keys', 'RolloutChanged', {
        actor: 'root',
        occurredAt: '2026-03-01T12:00:00.000Z',
        percentage: 5,
        include: [],
        exclude: [],
      });
      expect(await run.does('check')).toMatchObject({
        state: 'done',
        compared: 3,
        position: expect.any(String) as string,
      });
      expect(await run.does('check', { organizationId: 'acme' })).toMatchObject({
        state: 'done',
        compared: 1,
      });
      expect(await run.does('check', { extent: 2 })).toMatchObject({ state: 'done', compared: 2 });
      lie();
      expect(await run.does('check', { extent: 1 })).toMatchObject({ state: 'differs', differenceCount: 1 });
    });

    it('gives way to another', async () => {
      await run.ask('check');
      await run.change({ id: 'another', kind: 'rebuild' });
      expect(await run.ends()).toMatchObject({ id: 'another', state: 'done' });
      expect(run.seen).not.toContain('check done');
    });
  });
}
