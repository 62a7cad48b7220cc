// @needs kafka
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { START_OF_LOG, comparePositions } from '@keyward/contracts';
import { startKafka, type KafkaBroker } from '../../../../scripts/services/kafka.mjs';
import type { KeyChange } from '../key-change.js';
import { ReaderProbe, aKeyChange, positionAt } from '../testing/index.js';
import type { KafkaChangeLogReader } from './kafka-change-log-reader.js';
import type { KafkaChangeLogWriter } from './kafka-change-log-writer.js';
import { KafkaFixture } from './kafka.fixtures.js';

const SLOTS = ['openai', 'anthropic', 'cohere'];

/** Every change, relayed as the relay does: after a failure it asks for the checkpoint and goes on from there. */
async function relay(writer: KafkaChangeLogWriter, log: readonly KeyChange[]): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      let after = await writer.checkpoint();
      if (after === null) {
        after = START_OF_LOG;
        await writer.begin({ after, head: log.at(-1)!.position });
      }
      const rest = log.filter(({ position }) => comparePositions(position, after) > 0);
      for (const change of rest) await writer.append([change]);
      await writer.saveCheckpoint(log.at(-1)!.position);
      return failures;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Every change up to a place, by slot, read as the broadcaster does: after a failure from where reading begins. */
async function readBySlot(reader: KafkaChangeLogReader, to: number): Promise<Record<string, number[]>> {
  const seen: Record<string, number[]> = {};
  for (let isDone = false; !isDone;) {
    const probe = new ReaderProbe(reader);
    isDone = await probe
      .until(({ progress }) => progress.some(({ position }) => position.commit >= BigInt(to)))
      .then(
        () => true,
        () => false,
      );
    await probe.stop().catch(() => undefined);
    for (const { integrationId, position } of probe.changes) {
      const places = (seen[integrationId] ??= []);
      if (Number(position.commit) > (places.at(-1) ?? 0)) places.push(Number(position.commit));
    }
  }
  return seen;
}

describe('a broker of its own that fails', () => {
  let data: string;
  let broker: KafkaBroker;
  let fixture: KafkaFixture;
  let log: KeyChange[];

  beforeAll(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'keyward-kafka-data-')), 'data');
    broker = await startKafka({ data });
  });

  afterAll(async () => {
    await broker.stop();
    await rm(join(data, '..'), { recursive: true });
  });

  beforeEach(() => {
    fixture = new KafkaFixture(undefined, broker.url);
    log = [];
  });

  afterEach(() => fixture.dispose());

  const write = (count: number, wanted: Partial<KeyChange> = {}): void => {
    for (let i = 0; i < count; i++)
      log.push(aKeyChange(log.length + 1, { integrationId: SLOTS[log.length % SLOTS.length]!, ...wanted }));
  };

  const bySlot = (): Record<string, number[]> =>
    Object.fromEntries(
      SLOTS.map((slot) => [
        slot,
        log
          .filter(({ integrationId }) => integrationId === slot)
          .map(({ position }) => Number(position.commit)),
      ]),
    );

  it('frozen, it costs an append its deadline and no more; then the backlog is relayed in order (F16)', async () => {
    const writer = fixture.writer();
    write(6);
    await relay(writer, log);
    const reading = readBySlot(fixture.reader(), 12);
    freeze(broker.pid);
    write(6);
    const failure = await writer.append(log.slice(6)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    const backlog = relay(writer, log);
    process.kill(broker.pid, 'SIGCONT');
    await backlog;
    expect(await reading).toEqual(bySlot());
  });

  it('killed, with the end of what it had acknowledged lost: that is published again (F16, F21)', async () => {
    const writer = fixture.writer();
    write(30);
    await relay(writer, log);
    await writer.checkpoint();
    const reading = readBySlot(fixture.reader(), 36);
    process.kill(broker.pid, 'SIGKILL');
    await broker.exited;
    await loseEnds(data, fixture.topic);
    write(6);
    const backlog = relay(writer, log);
    broker = await startKafka({ data, port: broker.port });
    expect(await backlog).toBeGreaterThan(0);
    // Whoever had read what was lost, and whoever begins now.
    expect(await reading).toEqual(bySlot());
    expect(await readBySlot(fixture.reader(), 36)).toEqual(bySlot());
    expect(await writer.checkpoint()).toEqual(positionAt(36));
  });

  it('killed, with the end lost under a relay at work: it notices, also where what it sent since is as long', async () => {
    const writer = fixture.writer();
    write(30);
    await relay(writer, log);
    process.kill(broker.pid, 'SIGKILL');
    await broker.exited;
    await loseEnds(data, fixture.topic);
    broker = await startKafka({ data, port: broker.port });
    // In the same partitions, and of other slots: a later change of a slot makes up for those before it.
    write(60, { projectId: 'website' });
    await untilProgressIsTold(fixture);
    await expect(writer.append(log.slice(30))).rejects.toThrow(/lost messages/);
    await relay(writer, log);
    const probe = new ReaderProbe(fixture.reader());
    await probe.until(({ progress }) => progress.some(({ position }) => position.commit >= 90n));
    await probe.stop();
    const read = new Set(probe.changes.map(({ position }) => Number(position.commit)));
    expect(log.filter(({ position }) => !read.has(Number(position.commit)))).toEqual([]);
  });
});

/** So the relay is connected again. */
async function untilProgressIsTold(fixture: KafkaFixture): Promise<void> {
  const places = new Set<string>();
  while (places.size < 2) {
    await fixture
      .asAdmin((admin) => admin.fetchTopicOffsets(fixture.names.progress))
      .then(
        ([progress]) => places.add(progress!.high),
        () => undefined, // The broker is not yet the leader again.
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The signal works a moment later; until then the broker still answers. */
function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  while (!execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T'));
}

/** Cuts every partition's file in half, as when a machine dies before its disk was written. */
async function loseEnds(data: string, topic: string): Promise<void> {
  await rm(join(data, 'recovery-point-offset-checkpoint'));
  for (const folder of await readdir(data)) {
    if (!folder.startsWith(`${topic}-`)) continue;
    const file = join(data, folder, '00000000000000000000.log');
    await truncate(file, Math.floor((await stat(file)).size / 2));
  }
}
