// @needs kafka
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { ChangeLogModule, ChangeLogReader } from '@keyward/change-log';
import { ReaderProbe } from '@keyward/change-log/testing';
import { EventStore, EventStoreModule, openEventStore, type RecordedEvent } from '@keyward/event-store';
import { HealthRegistry, RuntimeModule, createLogger } from '@keyward/runtime';
import { RelayModule } from './relay.module.js';
import { ORG_SLOT, PROJECT_SLOT, appendOtherEvent, appendSlotEvent } from './testing/slot-events.js';

describe('relay app on Kafka', () => {
  let topic: string;
  let folder: string;
  let apps: TestingModule[];

  beforeEach(async () => {
    topic = `changes-${randomUUID().slice(0, 8)}`;
    folder = await mkdtemp(join(tmpdir(), 'keyward-relay-'));
    apps = [];
  });

  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await rm(folder, { recursive: true });
  });

  const url = (): string => `sqlite:${join(folder, 'keyward.db')}`;

  const boot = async (): Promise<TestingModule> => {
    const module = await Test.createTestingModule({
      imports: [
        RuntimeModule,
        EventStoreModule.forRoot(url()),
        ChangeLogModule.forRoot(`${process.env['KEYWARD_TEST_KAFKA_URL']!}/${topic}?partitions=3`),
        RelayModule,
      ],
    })
      .setLogger(createLogger({ KEYWARD_LOG_LEVEL: 'silent', KEYWARD_LOG_FORMAT: 'json' }))
      .compile();
    apps.push(module);
    return module.init();
  };

  const checkpoints = async (store: EventStore): Promise<RecordedEvent[]> => {
    const found: RecordedEvent[] = [];
    for await (const event of store.readStream(`relayCheckpoint-${topic}`)) found.push(event);
    return found;
  };

  it('relays, leaves the turn when it stops, and goes on where it stopped', async () => {
    const first = await boot();
    await appendSlotEvent(first.get(EventStore), ORG_SLOT, 'OrgKeySet', { version: 1 });
    const before = await new ReaderProbe(first.get(ChangeLogReader)).until(
      ({ changes }) => changes.length === 1,
    );
    await before.stop();
    await first.close();

    const store = await openEventStore(url());
    expect((await checkpoints(store)).map(({ data }) => data['released'])).toEqual([true]);
    await store.close();

    const second = await boot();
    await appendSlotEvent(second.get(EventStore), PROJECT_SLOT, 'ProjectKeySet', { version: 2 });
    const probe = await new ReaderProbe(second.get(ChangeLogReader)).until(
      ({ changes }) => changes.length === 2,
    );
    await probe.untilCaughtUp();
    expect(probe.changes.map(({ version, projectId }) => [version, projectId])).toEqual([
      [1, null],
      [2, 'website'],
    ]);
    expect((await second.get(HealthRegistry).report('ready')).ok).toBe(true);
    await probe.stop();
  });

  it('writes its checkpoint because of changes, not because of its checkpoint', async () => {
    const app = await boot();
    const store = app.get(EventStore);
    const head = await appendOtherEvent(store);
    const probe = await new ReaderProbe(app.get(ChangeLogReader)).until(({ progress }) =>
      progress.some(({ position }) => position.commit >= head.commit),
    );
    const [saved] = await checkpoints(store);
    // Five signs of life later the log has grown by nothing.
    const seen = probe.progress.length;
    await probe.until(({ progress }) => progress.length >= seen + 5);
    expect((await checkpoints(store))[0]!.revision).toBe(saved!.revision);
    await probe.stop();
  });
});
