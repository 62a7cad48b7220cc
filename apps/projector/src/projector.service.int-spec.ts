import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStore, EventStoreModule } from '@keyward/event-store';
import { FreshReader, ReadModel, ReadModelModule, ReadModelWriter } from '@keyward/read-model';
import { HealthRegistry, Metrics, RuntimeModule, Supervisor } from '@keyward/runtime';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { append, setOrgKey, until } from './testing/log-events.js';
import { ProjectorModule } from './projector.module.js';

const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };

let folder: string;
let app: INestApplicationContext;

async function start(): Promise<void> {
  const url = `sqlite:${join(folder, 'keyward.db')}`;
  const imports = [
    RuntimeModule,
    EventStoreModule.forRoot(url),
    ReadModelModule.forRoot('memory:'),
    ProjectorModule,
  ];
  app = await Test.createTestingModule({ imports }).compile();
  app.useLogger(false);
  await app.init();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyward-projector-'));
  await start();
});
afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

const readModel = () => app.get(ReadModel);
const projectorProblem = async () => {
  const report = await app.get(HealthRegistry).report('ready');
  return report.parts.find(({ part }) => part === 'projector')?.problem;
};
const keyVersion = async () =>
  (await readModel().lookup([ADDRESS])).entries[0]!.organizationSlot?.state.key?.version;

describe('ProjectorService over SQLite', () => {
  it('makes the process ready once the read model has caught up', async () => {
    await until(async () => (await projectorProblem()) === undefined);
    expect((await readModel().status()).ready).toBe(true);
  });

  it('lets a writer read what it wrote, by its position', async () => {
    await until(async () => (await readModel().status()).ready);
    const log = app.get(EventStore);
    const reader = app.get(FreshReader);
    for (let version = 1; version <= 20; version++) {
      await setOrgKey(log, 'acme', version);
      const position = await log.head();
      const { entries } = await reader.read({ kind: 'at_least_as_fresh', position }, 5_000, () =>
        readModel().lookup([ADDRESS]),
      );
      expect(entries[0]!.organizationSlot?.state.key?.version).toBe(version);
      expect(entries[0]!.organizationSlot?.sealed).not.toBeNull();
    }
  });

  it('answers reads without a position as soon as it beats', async () => {
    const read = () =>
      app.get(FreshReader).read({ kind: 'minimize_latency' }, 0, () => readModel().lookup([ADDRESS]));
    await until(() =>
      read().then(
        () => true,
        () => false,
      ),
    );
    expect((await read()).stale).toBe(false);
  });

  it('builds the same read model again after a restart', async () => {
    for (let version = 1; version <= 30; version++)
      await setOrgKey(app.get(EventStore), `org${version % 7}`, version);
    await setOrgKey(app.get(EventStore), 'acme', 1);
    await until(async () => (await keyVersion()) === 1);
    const keys = ['acme', 'org0', 'org3'].map((organizationId) => ({
      kind: 'slot' as const,
      address: { organizationId, projectId: null, integrationId: 'openai' },
    }));
    const before = await app.get(ReadModelWriter).load(keys);
    await app.close();
    await start();
    await until(async () => (await readModel().status()).ready);
    expect(await app.get(ReadModelWriter).load(keys)).toEqual(before);
  });

  it('repeats a batch whose write was cut off, without loss or harm', async () => {
    await until(async () => (await readModel().status()).ready);
    const writer = app.get(ReadModelWriter);
    const write = writer.write.bind(writer);
    let cuts = 2;
    writer.write = async (records, checkpoint) => {
      // Cut off before the write, then after it but before its answer came.
      if (cuts > 0) {
        if (cuts-- === 1) await write(records, checkpoint);
        throw new Error('cut off');
      }
      await write(records, checkpoint);
    };
    await setOrgKey(app.get(EventStore), 'acme', 1);
    await setOrgKey(app.get(EventStore), 'acme', 2);
    await until(async () => (await keyVersion()) === 2);
    expect(cuts).toBe(0);
    const slot = {
      kind: 'slot',
      address: { organizationId: 'acme', projectId: null, integrationId: 'openai' },
    } as const;
    expect((await writer.load([slot]))[0]).toMatchObject({ revision: 1n, state: { lastVersion: 2 } });
  });

  it('says in its health and by its silence that an event cannot be applied', async () => {
    await until(async () => (await projectorProblem()) === undefined);
    await append(app.get(EventStore), 'orgKey-acme~openai', 'OrgKeyMelted', {});
    await until(async () => (await projectorProblem()) !== undefined);
    expect(await projectorProblem()).toMatch(/cannot apply/);
    const { heartbeat } = await readModel().status();
    await until(async () => !(await app.get(HealthRegistry).report('ready')).ok);
    expect((await readModel().status()).heartbeat).toBe(heartbeat);
  });

  it('counts what it applies', async () => {
    await setOrgKey(app.get(EventStore), 'acme', 1);
    await until(async () => (await keyVersion()) === 1);
    await until(async () =>
      /^keyward_projector_behind_seconds 0$/m.test((await app.get(Metrics).render()).body),
    );
    expect((await app.get(Metrics).render()).body).toMatch(/^keyward_projector_events_total 2$/m);
  });

  it('stops without an error, because the log and the read model are closed after it', async () => {
    await setOrgKey(app.get(EventStore), 'acme', 1);
    await until(async () => (await keyVersion()) === 1);
    const supervisor = app.get(Supervisor);
    await app.close();
    expect(supervisor.statuses()).toEqual([
      { name: 'projector', state: 'stopped', restarts: 0, failuresInARow: 0, lastError: undefined },
    ]);
    await start();
  });
});
