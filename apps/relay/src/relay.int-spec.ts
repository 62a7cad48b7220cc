import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { ChangeLogModule, ChangeLogReader } from '@keyward/change-log';
import { ReaderProbe } from '@keyward/change-log/testing';
import { EventStore, EventStoreModule } from '@keyward/event-store';
import { HealthRegistry, Metrics, RuntimeModule, createLogger } from '@keyward/runtime';
import { RelayModule } from './relay.module.js';
import { ORG_SLOT, appendSlotEvent } from './testing/slot-events.js';

describe('relay app on a SQLite log', () => {
  let folder: string;
  let app: TestingModule;

  const boot = async (): Promise<TestingModule> => {
    const module = await Test.createTestingModule({
      imports: [
        RuntimeModule,
        EventStoreModule.forRoot(`sqlite:${join(folder, 'keyward.db')}`),
        ChangeLogModule.forRoot('memory:'),
        RelayModule,
      ],
    })
      .setLogger(createLogger({ KEYWARD_LOG_LEVEL: 'silent', KEYWARD_LOG_FORMAT: 'json' }))
      .compile();
    return module.init();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-relay-'));
    app = await boot();
  });

  afterEach(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  const ready = async (): Promise<boolean> => (await app.get(HealthRegistry).report('ready')).ok;

  it('relays what was there before it started and what comes after', async () => {
    await appendSlotEvent(app.get(EventStore), ORG_SLOT, 'OrgKeySet', { version: 1 });
    await app.close();
    app = await boot();
    await appendSlotEvent(app.get(EventStore), ORG_SLOT, 'OrgKeySet', { version: 2 });
    const probe = await new ReaderProbe(app.get(ChangeLogReader)).until(
      ({ changes }) => changes.length === 2,
    );
    expect(probe.changes.map(({ version }) => version)).toEqual([1, 2]);
    await probe.untilCaughtUp();
    expect(await ready()).toBe(true);
    expect((await app.get(Metrics).render()).body).toContain('keyward_relay_changes_total 2');
    await probe.stop();
  });

  it('is not ready while it stands before an event that it cannot read', async () => {
    await (await new ReaderProbe(app.get(ChangeLogReader)).untilCaughtUp()).stop();
    expect(await ready()).toBe(true);
    await appendSlotEvent(app.get(EventStore), ORG_SLOT, 'OrgKeySet', { version: 0 });
    while (await ready()) await new Promise((resolve) => setTimeout(resolve, 5));
    const { parts } = await app.get(HealthRegistry).report('ready');
    expect(parts.filter(({ ok }) => !ok).map(({ part }) => part)).toContain('loop:relay');
  });
});
