import { MemoryEventStore } from '@keyward/event-store';
import { MemoryReadModel, newJob, type MaintenanceJob } from '@keyward/read-model';
import { SystemClock } from '@keyward/runtime';
import { describeMaintenance } from '../testing/describe-maintenance.js';
import { append, setOrgKey } from '../testing/log-events.js';
import { maintain } from './maintain.js';

describeMaintenance('in memory', () => new MemoryReadModel());

describe('maintaining a read model', () => {
  const request = { extent: 'whole', organizationId: null, requestedBy: 'alice', requestedAt: '' } as const;

  it.each(['rebuild', 'check'] as const)(
    'ends a %s at an event that cannot be read, and says which',
    async (kind) => {
      const [events, store] = [new MemoryEventStore(), new MemoryReadModel()];
      await store.reset(events.storeId);
      await store.markReady();
      await setOrgKey(events, 'acme', 1);
      await append(events, 'orgKey-globex~openai', 'OrgKeyPolished', {});
      await store.write([], await events.head());
      await store.putJob(newJob({ ...request, id: 'a', kind }, 1));
      const ended = new AbortController();
      const ends: MaintenanceJob[] = [];
      const onEnd = (job: MaintenanceJob): void => {
        ends.push(job);
        ended.abort();
      };
      const nothing = (): void => undefined;
      const parts = {
        events,
        store,
        clock: new SystemClock(),
        onEnd,
        onInterrupted: nothing,
        onSwitching: nothing,
      };
      await maintain(parts, ended.signal);
      expect(ends).toMatchObject([{ state: 'failed', generation: null }]);
      expect(await store.job()).toMatchObject({
        problem: expect.stringContaining('unknown event type "OrgKeyPolished"') as string,
      });
    },
  );
});
