import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, Metadata } from '@grpc/grpc-js';
import { keywardGrpc, type EffectiveKeysClient, type LookupResponse__Output } from '@keyward/contracts';
import { CommandLine } from '../../support/command.js';
import { startKeyward, token, type RunningKeyward } from '../../support/standalone.js';
import { HttpClient } from '../load/http-client.js';

const ORG = '/v1/organizations/acme';
const UNLIMITED = {
  KEYWARD_RATE_LIMIT_PRINCIPAL: '0',
  KEYWARD_RATE_LIMIT_ORGANIZATION: '0',
  KEYWARD_LOOKUP_RATE_LIMIT: '0',
  KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: '0',
};

/** Where the HTTP API keeps a project's key. */
export const keyOf = (project: number): string => `${ORG}/projects/p${project}/integrations/serpapi/key`;

export interface WorldOptions {
  readonly projects?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A Keyward with an organization of some projects, whose keys are set and looked up from outside. */
export class KeyWorld {
  private keyward!: RunningKeyward;
  private http!: HttpClient;
  private tokens!: { readonly platform: string; readonly owner: string; readonly worker: string };
  cli!: CommandLine;

  private constructor(private readonly dataDir: string) {}

  static async open(dataDir: string, { projects = 12, env = {} }: WorldOptions = {}): Promise<KeyWorld> {
    const world = new KeyWorld(dataDir);
    await world.start(env);
    world.tokens = {
      platform: token(dataDir, '--subject', 'root', '--platform-admin'),
      owner: token(dataDir, '--subject', 'olga', '--org', 'acme=owner'),
      worker: token(dataDir, '--subject', 'worker', '--worker', 'acme'),
    };
    const put = (path: string, body: object) =>
      world.http.must({ method: 'PUT', path, token: world.tokens.platform, body });
    await put('/v1/rollout', { percentage: 100, include: [], exclude: [] });
    await put(ORG, { name: 'Acme', plan: 'enterprise' });
    for (let project = 0; project < projects; project += 1)
      await put(`${ORG}/projects/p${project}`, { name: 'Project' });
    return world;
  }

  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.keyward = await startKeyward(this.dataDir, { ...UNLIMITED, ...env });
    this.http = new HttpClient(Number(new URL(this.keyward.httpUrl).port));
    this.cli = new CommandLine(this.keyward.env);
  }

  async restart(env: Readonly<Record<string, string>>): Promise<void> {
    await this.close();
    await this.start(env);
  }

  async kill(): Promise<void> {
    this.http.close();
    await this.keyward.kill9();
  }

  async close(): Promise<void> {
    this.http.close();
    await this.keyward.stop();
  }

  async askForRotation(): Promise<void> {
    const path = '/v1/key-encryption-keys/rotation';
    await this.http.must({ method: 'POST', path, token: this.tokens.platform });
  }

  async kekStatus(): Promise<{ readonly others: readonly string[]; readonly remaining: number | null }> {
    const path = '/v1/key-encryption-keys';
    return (await this.http.must({ method: 'GET', path, token: this.tokens.platform })) as never;
  }

  /** How many versions this process has destroyed because their retention is over. */
  async destroyed(): Promise<number> {
    const metrics = await (await fetch(`${this.keyward.httpUrl}/metrics`)).text();
    return Number(/^keyward_keys_destroyed_total\{cause="retention"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
  }

  /** Answers the keyId. */
  async set(project: number, secret: string): Promise<string> {
    return (await this.write('PUT', keyOf(project), { secret }))['keyId'] as string;
  }

  write(method: string, path: string, body: object = {}): Promise<Record<string, unknown>> {
    return this.http.must({ method, path, token: this.tokens.owner, body });
  }

  /** The key in clear, as of the head of the log. */
  async lookup(project: number): Promise<string | undefined> {
    const client = this.lookups();
    try {
      return await client.ask(project, true);
    } finally {
      client.close();
    }
  }

  /** A worker. */
  lookups(): LookupClient {
    return new LookupClient(this.keyward.grpcTarget, this.tokens.worker);
  }
}

export class LookupClient {
  private readonly client: EffectiveKeysClient;
  private readonly metadata = new Metadata();

  constructor(target: string, token: string) {
    this.client = new keywardGrpc.keyward.v1.EffectiveKeys(target, credentials.createInsecure());
    this.metadata.set('authorization', `Bearer ${token}`);
  }

  /** The key in clear; undefined when there is none. Rejects with what the call was refused for. */
  async ask(project: number, fullyConsistent = false): Promise<string | undefined> {
    const address = { organizationId: 'acme', projectId: `p${project}`, integrationId: 'serpapi' };
    const consistency = fullyConsistent ? { fullyConsistent } : {};
    const answer = await new Promise<LookupResponse__Output>((resolve, reject) => {
      this.client.lookup({ address, consistency }, this.metadata, (error, response) =>
        error ? reject(error) : resolve(response!),
      );
    });
    return answer.key?.secret.toString();
  }

  close(): void {
    this.client.close();
  }
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time');
    await sleep(5);
  }
}
