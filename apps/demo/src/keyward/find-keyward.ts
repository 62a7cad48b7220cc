import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalIssuer } from '@keyward/access';
import { connectionSettings, defineSettings, loadSettings, runtimeSettings } from '@keyward/runtime';
import type { Cleanup } from '../cleanup.js';
import { DemoError } from '../demo-error.js';
import type { Timeline } from '../programs/timeline.js';
import { Api } from './api.js';
import type { FoundKeyward } from './found-keyward.js';
import { isReady, startOwnKeyward } from './own-keyward.js';

const demoSettings = defineSettings({
  KEYWARD_URL: connectionSettings.KEYWARD_URL,
  KEYWARD_GRPC: connectionSettings.KEYWARD_GRPC,
  KEYWARD_DATA_DIR: runtimeSettings.KEYWARD_DATA_DIR,
});

/**
 * The Keyward that runs on this machine, when it takes tokens of the local issuer whose key is in the
 * data folder; else one that is started for the demo.
 * @throws DemoError when KEYWARD_URL names one that cannot be used; SettingsError.
 */
export async function findKeyward(timeline: Timeline, cleanup: Cleanup): Promise<FoundKeyward> {
  const { env } = process;
  const settings = loadSettings(demoSettings, env, { alsoKnown: Object.keys(env) });
  const found: FoundKeyward = {
    url: settings.KEYWARD_URL.replace(/\/+$/, ''),
    grpc: settings.KEYWARD_GRPC,
    dataDir: settings.KEYWARD_DATA_DIR,
    isOwn: false,
  };
  const obstacle = await obstacleOf(found);
  if (obstacle === undefined) return found;
  if (env['KEYWARD_URL']?.trim()) throw new DemoError(`KEYWARD_URL is set, but ${obstacle}.`);
  return startOwnKeyward(timeline, cleanup);
}

/** Why the demo cannot be played against it; undefined when it can. */
async function obstacleOf({ url, dataDir }: FoundKeyward): Promise<string | undefined> {
  if (!(await isReady(url))) return `no Keyward at ${url} is ready`;
  const keyFile = join(dataDir, 'issuer.jwk');
  try {
    // Looked for before it is opened, as opening makes one.
    await access(keyFile, constants.R_OK);
  } catch {
    return `there is no local issuer's key at ${keyFile}: set KEYWARD_DATA_DIR to the data folder of that Keyward`;
  }
  const issuer = await LocalIssuer.open(dataDir);
  const token = await issuer.issue({ subject: 'demo:root', ttlSeconds: 60, platformAdmin: true });
  const { status } = await new Api(url, token).ask({ method: 'GET', path: '/rollout' });
  return status === 200 ? undefined : `it does not take tokens made with the key at ${keyFile}`;
}
