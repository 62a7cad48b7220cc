// @needs redis, kafka
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describeMission, type MissionStage } from '../support/describe-mission.js';
import { startApart, type RunningApp } from '../support/distributed.js';
import { startStandInProcess, type StandInProcess } from '../support/eventstoredb/index.js';
import { temporaryDataDir } from '../support/standalone.js';

/** Two of what may have several copies. */
const APPS = ['api', 'projector', 'projector', 'relay', 'relay', 'lookup', 'lookup', 'broadcaster'];
const LIMIT_MS = 240_000;

const data = temporaryDataDir();
let eventStore: StandInProcess;
/** One environment for all: each app reads its own. */
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  eventStore = await startStandInProcess(join(data.path, 'events.db'));
  const own = randomUUID().slice(0, 8);
  env = {
    KEYWARD_DATA_DIR: data.path,
    KEYWARD_EVENT_STORE: eventStore.url,
    KEYWARD_READ_MODEL: `${process.env['KEYWARD_TEST_REDIS_URL']}?prefix=mission-${own}`,
    KEYWARD_CHANGE_LOG: `${process.env['KEYWARD_TEST_KAFKA_URL']}/mission-${own}?partitions=3`,
    KEYWARD_KEK: `main:${randomBytes(32).toString('base64')}`,
  };
}, LIMIT_MS);

afterAll(async () => {
  await eventStore.kill();
  data.dispose();
});

const outputOf = (apps: readonly RunningApp[]): string =>
  apps.map(({ program }) => program.stdout() + program.stderr()).join('\n');

async function startMission(): Promise<MissionStage> {
  const apps = await startApart(APPS, env);
  const first = (name: string): RunningApp => apps.find(({ app }) => app === name)!;
  return {
    dataDir: data.path,
    httpUrl: first('api').operationsUrl,
    grpcTarget: first('lookup').grpcTarget!,
    watchTarget: first('broadcaster').grpcTarget!,
    output: () => outputOf(apps),
    killAndStartAgain: async () => {
      await Promise.all(apps.map((app) => app.kill9()));
      return startMission();
    },
    stop: async () => {
      const codes = await Promise.all(apps.map((app) => app.stop()));
      expect(codes).toEqual(APPS.map(() => 0));
    },
  };
}

describeMission('The mission, each app a process of its own', startMission);
