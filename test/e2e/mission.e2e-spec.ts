import { describeMission, type MissionStage } from '../support/describe-mission.js';
import { startKeyward, temporaryDataDir } from '../support/standalone.js';

const data = temporaryDataDir();
afterAll(() => data.dispose());

async function start(): Promise<MissionStage> {
  const { httpUrl, grpcTarget, output, stop, kill9 } = await startKeyward(data.path);
  return {
    dataDir: data.path,
    httpUrl,
    grpcTarget,
    output,
    stop: async () => void (await stop()),
    killAndStartAgain: async () => {
      await kill9();
      return start();
    },
  };
}

describeMission('The mission', start);
