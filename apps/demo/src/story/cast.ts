import { randomBytes } from 'node:crypto';
import { LocalIssuer, type TokenRequest } from '@keyward/access';
import type { Cleanup } from '../cleanup.js';
import { DemoError } from '../demo-error.js';
import { Api } from '../keyward/api.js';
import type { FoundKeyward } from '../keyward/found-keyward.js';
import { Program } from '../programs/program.js';
import type { Timeline } from '../programs/timeline.js';
import { VENDOR, type KnownKey } from './witness.js';

export const PROJECTS = ['website', 'mobile'] as const;
export const INTEGRATION = 'openai';

const TOKEN_TTL_SECONDS = 3_600;
const CALL_INTERVAL = '200ms';

/** A key that the demo sets; `secret` goes to Keyward and the vendor, and is never printed. */
export interface DemoKey extends KnownKey {
  readonly secret: string;
}

/** Who plays. The ids are new in every run, so that nothing which is there already is touched. */
export class Cast {
  readonly acme = `demo-${randomBytes(4).toString('hex')}`;
  readonly free = `${this.acme}-free`;
  readonly later = `${this.acme}-later`;
  #issuer!: LocalIssuer;
  #vendorUrl = '';
  /** Registers organizations and projects, steers the rollout. */
  platform!: Api;
  /** Admin of all three organizations. */
  alice!: Api;
  /** Editor of one project of Acme. */
  erin!: Api;

  private constructor(
    private readonly keyward: FoundKeyward,
    private readonly timeline: Timeline,
    private readonly cleanup: Cleanup,
  ) {}

  static async gather(keyward: FoundKeyward, timeline: Timeline, cleanup: Cleanup): Promise<Cast> {
    const cast = new Cast(keyward, timeline, cleanup);
    cast.#issuer = await LocalIssuer.open(keyward.dataDir);
    const { acme, free, later } = cast;
    cast.platform = await cast.#person({ subject: 'demo:root', platformAdmin: true });
    cast.alice = await cast.#person({
      subject: 'demo:alice',
      organizations: { [acme]: 'admin', [free]: 'admin', [later]: 'admin' },
    });
    cast.erin = await cast.#person({ subject: 'demo:erin', projects: { [`${acme}/website`]: 'editor' } });
    cast.#vendorUrl = await cast.#startVendor();
    return cast;
  }

  get vendorUrl(): string {
    return this.#vendorUrl;
  }

  /** A new key. What the vendor makes of it is asked of the vendor. */
  async newKey(lastFour: string): Promise<DemoKey> {
    const secret = `sk-demo-${randomBytes(24).toString('base64url')}-${lastFour}`;
    const response = await fetch(`${this.#vendorUrl}/v1/whoami`, {
      headers: { authorization: `Bearer ${secret}`, 'user-agent': 'keyward-demo' },
    });
    return { ...((await response.json()) as KnownKey), secret };
  }

  /** Starts the reference worker for one project, and waits for nothing: it takes its time to come up. */
  async startWorker(project: string): Promise<void> {
    const { acme, timeline } = this;
    const worker = { organization: acme, projects: [project] };
    const env = {
      KEYWARD_GRPC: this.keyward.grpc,
      KEYWARD_TOKEN: await this.#token({ subject: `demo:worker-${project}`, worker }),
      KEYWARD_WORKER_ORGANIZATION: acme,
      KEYWARD_WORKER_KEYS: `${project}/${INTEGRATION}`,
      KEYWARD_WORKER_INTERVAL: CALL_INTERVAL,
      KEYWARD_WORKER_VENDOR: this.#vendorUrl,
    };
    this.#start(new Program({ name: project, main: 'worker', env, timeline }), `${project}'s worker`);
  }

  async #startVendor(): Promise<string> {
    const { timeline } = this;
    const env = { KEYWARD_FAKE_VENDOR_PORT: '0' };
    this.#start(new Program({ name: VENDOR, main: 'vendor', env, timeline }), VENDOR);
    const { line } = await timeline.first('that the vendor listens', (one) => {
      return one.from === VENDOR && one.line['event'] === 'listening';
    });
    return String(line['url']);
  }

  #start(program: Program, name: string): void {
    this.cleanup.add(async () => {
      const code = await program.stop();
      if (code !== 0) throw new DemoError(`${name} did not end in order (exit code ${code}).`);
    });
  }

  async #person(request: Omit<TokenRequest, 'ttlSeconds'>): Promise<Api> {
    return new Api(this.keyward.url, await this.#token(request));
  }

  #token(request: Omit<TokenRequest, 'ttlSeconds'>): Promise<string> {
    return this.#issuer.issue({ ...request, ttlSeconds: TOKEN_TTL_SECONDS });
  }
}
