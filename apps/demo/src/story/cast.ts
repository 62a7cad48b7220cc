import { randomBytes } from 'node:crypto';
import { LocalIssuer, type TokenRequest } from '@keyward/access';
import type { Cleanup } from '../cleanup.js';
import { Api } from '../keyward/api.js';
import type { FoundKeyward } from '../keyward/found-keyward.js';
import { Program, stopAtTheEnd } from '../programs/program.js';
import type { Timeline } from '../programs/timeline.js';
import { VENDOR, type KnownKey } from './witness.js';

export const PROJECTS = ['website', 'mobile'] as const;
export const INTEGRATION = 'openai';

const TTL_SECONDS = 3_600;
const CALL_INTERVAL = '200ms';

type Roles = Omit<TokenRequest, 'subject' | 'ttlSeconds'>;

/** A key that the demo sets; `secret` goes to Keyward and the vendor, and is never printed. */
export interface DemoKey extends KnownKey {
  readonly secret: string;
}

interface CastParts {
  readonly keyward: FoundKeyward;
  readonly timeline: Timeline;
  readonly cleanup: Cleanup;
  readonly issuer: LocalIssuer;
  readonly acme: string;
  readonly platform: Api;
  readonly alice: Api;
  readonly erin: Api;
  readonly vendorUrl: string;
}

/** Who plays. The ids are new in every run, so that nothing which is there already is touched. */
export class Cast {
  readonly acme: string;
  readonly free: string;
  readonly later: string;
  /** Registers organizations and projects, steers the rollout. */
  readonly platform: Api;
  /** Admin of all three organizations. */
  readonly alice: Api;
  /** Editor of website, a project of Acme. */
  readonly erin: Api;
  readonly vendorUrl: string;

  private constructor(private readonly parts: CastParts) {
    const { acme, platform, alice, erin, vendorUrl } = parts;
    [this.acme, this.free, this.later] = [acme, `${acme}-free`, `${acme}-later`];
    [this.platform, this.alice, this.erin] = [platform, alice, erin];
    this.vendorUrl = vendorUrl;
  }

  static async gather(keyward: FoundKeyward, timeline: Timeline, cleanup: Cleanup): Promise<Cast> {
    const acme = `demo-${randomBytes(4).toString('hex')}`;
    const issuer = await LocalIssuer.open(keyward.dataDir);
    const person = async (name: string, roles: Roles) =>
      new Api(
        keyward.url,
        await issuer.issue({ subject: `demo:${name}`, ttlSeconds: TTL_SECONDS, ...roles }),
      );
    return new Cast({
      ...{ keyward, timeline, cleanup, issuer, acme },
      platform: await person('root', { platformAdmin: true }),
      alice: await person('alice', {
        organizations: { [acme]: 'admin', [`${acme}-free`]: 'admin', [`${acme}-later`]: 'admin' },
      }),
      erin: await person('erin', { projects: { [`${acme}/website`]: 'editor' } }),
      vendorUrl: await startVendor(timeline, cleanup),
    });
  }

  /** A new key. What the vendor makes of it is asked of the vendor. */
  async newKey(lastFour: string): Promise<DemoKey> {
    const secret = `sk-demo-${randomBytes(24).toString('base64url')}-${lastFour}`;
    const response = await fetch(`${this.vendorUrl}/v1/whoami`, {
      headers: { authorization: `Bearer ${secret}`, 'user-agent': 'keyward-demo' },
    });
    return { ...((await response.json()) as KnownKey), secret };
  }

  /** Starts the reference worker for one project, and waits for nothing: it takes its time to come up. */
  async startWorker(project: string): Promise<void> {
    const { keyward, timeline, cleanup, issuer, acme, vendorUrl } = this.parts;
    const env = {
      KEYWARD_GRPC: keyward.grpc,
      KEYWARD_TOKEN: await issuer.issue({
        subject: `demo:worker-${project}`,
        ttlSeconds: TTL_SECONDS,
        worker: { organization: acme, projects: [project] },
      }),
      KEYWARD_WORKER_ORGANIZATION: acme,
      KEYWARD_WORKER_KEYS: `${project}/${INTEGRATION}`,
      KEYWARD_WORKER_INTERVAL: CALL_INTERVAL,
      KEYWARD_WORKER_VENDOR: vendorUrl,
    };
    stopAtTheEnd(new Program({ name: project, main: 'worker', env, timeline }), cleanup);
  }
}

async function startVendor(timeline: Timeline, cleanup: Cleanup): Promise<string> {
  const env = { KEYWARD_FAKE_VENDOR_PORT: '0' };
  stopAtTheEnd(new Program({ name: VENDOR, main: 'vendor', env, timeline }), cleanup);
  const { line } = await timeline.first('that the vendor listens', (one) => {
    return one.from === VENDOR && one.line['event'] === 'listening';
  });
  return String(line['url']);
}
