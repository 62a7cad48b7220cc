// @needs redis, kafka
import { describeMission, type MissionStage } from '../support/describe-mission.js';
import { startApart, type RunningApp } from '../support/distributed.js';
import { DistributedParts } from '../support/distributed-parts.js';

/** Two of what may have several copies. */
const APPS = ['api', 'projector', 'projector', 'relay', 'relay', 'lookup', 'lookup', 'broadcaster'];
const LIMIT_MS = 240_000;

const parts = new DistributedParts();
beforeAll(() => parts.start(), LIMIT_MS);
afterAll(() => parts.stop());

const outputOf = (apps: readonly RunningApp[]): string =>
  apps.map(({ program }) => program.stdout() + program.stderr()).join('\n');

async function startMission(): Promise<MissionStage> {
  const apps = await startApart(APPS, parts.env);
  const first = (name: string): RunningApp => apps.find(({ app }) => app === name)!;
  return {
    dataDir: parts.dataDir,
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
