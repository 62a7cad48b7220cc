import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { JwtTokenVerifier, LOCAL_ISSUER, LocalIssuer, TokenVerifier } from '@keyward/access';
import { ChangeLogReader, MemoryChangeLog } from '@keyward/change-log';
import { aKeyChange } from '@keyward/change-log/testing';
import {
  START_OF_LOG,
  encodePosition,
  keywardGrpc,
  keywardPackageDefinition,
  type KeyChangesClient,
  type LogPosition,
  type WatchRequest,
} from '@keyward/contracts';
import { EventStore, MemoryEventStore } from '@keyward/event-store';
import { MemoryReadModel, ReadModel, type ReadModelRecord } from '@keyward/read-model';
import { RefusalsModule } from '@keyward/refusals';
import { GrpcServer, Metrics, RuntimeModule, createLogger } from '@keyward/runtime';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BroadcasterModule, withSharedEncoding } from '../broadcaster.module.js';
import type { BroadcasterSettings } from '../broadcaster.settings.js';
import { WatchHub } from '../watching/watch-hub.js';
import { TestClient } from './test-client.js';

const SETTINGS: BroadcasterSettings = {
  KEYWARD_WATCH_HEARTBEAT: 60_000,
  KEYWARD_WATCH_WINDOW: 1_000,
  KEYWARD_WATCH_QUEUE: 1_000,
  KEYWARD_WATCH_STALL: 60_000,
  KEYWARD_WATCHES_PER_PRINCIPAL: 2_000,
};

export interface BroadcasterFixtureOptions {
  readonly settings?: Partial<BroadcasterSettings>;
  /** Default: the change log has been read to its end before the fixture is there. */
  readonly filled?: boolean;
}

export interface WatchChoices extends WatchRequest {
  /** Default: a token for all of acme's projects; null: none. */
  readonly token?: string | null;
}

/** The broadcaster served over gRPC on loopback, on a change log and a read model that tests fill. */
export class BroadcasterFixture {
  readonly events = new MemoryEventStore();
  readonly readModel = new MemoryReadModel();
  readonly changeLog = new MemoryChangeLog();
  readonly clients: TestClient[] = [];
  app!: NestFastifyApplication;
  ownToken!: string;
  private stopped: Promise<void> | undefined;
  private channels: KeyChangesClient[] = [];
  private issuer!: LocalIssuer;
  private folder!: string;
  private target!: string;

  static async start(options: BroadcasterFixtureOptions = {}): Promise<BroadcasterFixture> {
    const fixture = new BroadcasterFixture();
    fixture.folder = await mkdtemp(join(tmpdir(), 'keyward-broadcaster-'));
    fixture.issuer = await LocalIssuer.open(fixture.folder);
    fixture.ownToken = await fixture.token('acme');
    await fixture.readModel.reset(fixture.events.storeId);
    await fixture.readModel.markReady();
    await fixture.write(organization('acme'), project('acme', 'website'), project('acme', 'shop'));
    await fixture.listen({ ...SETTINGS, ...options.settings });
    await fixture.changeLog.begin({ after: START_OF_LOG, head: START_OF_LOG });
    if (options.filled ?? true) await fixture.caughtUp();
    return fixture;
  }

  token(organizationId: string, projects?: readonly string[], ttlSeconds = 600): Promise<string> {
    const worker = { organization: organizationId, ...(projects ? { projects: [...projects] } : {}) };
    return this.issuer.issue({ subject: `worker-of-${organizationId}`, ttlSeconds, worker });
  }

  /** Moves the log on by one event, and the read model with it. */
  async write(...records: readonly ReadModelRecord[]): Promise<LogPosition> {
    const event = { id: randomUUID(), type: 'Moved', data: {}, metadata: {} };
    const append = { stream: 'any', expectedRevision: 'any' as const, events: [event] };
    const { position } = await this.events.append(append);
    await this.readModel.write(records, position);
    return position;
  }

  /** A change in log, read model and change log. */
  async change(wanted: Parameters<typeof aKeyChange>[1] = {}): Promise<LogPosition> {
    const position = await this.write();
    await this.changeLog.append([aKeyChange(Number(position.commit), wanted)]);
    await this.changeLog.saveCheckpoint(position);
    return position;
  }

  async changes(count: number): Promise<LogPosition> {
    let last = START_OF_LOG;
    for (let i = 0; i < count; i++) last = await this.change();
    return last;
  }

  /** Everything in the log is relayed, and read by the broadcaster. */
  async caughtUp(): Promise<void> {
    const head = await this.events.head();
    await this.changeLog.saveCheckpoint(head);
    const { window } = this.hub;
    while (!this.hub.ready || window.watermark.commit < head.commit) await nextTurn();
  }

  get hub(): WatchHub {
    return this.app.get(WatchHub);
  }

  positionToken(position: LogPosition): string {
    return encodePosition(this.events.storeId, position);
  }

  watch({ token = this.ownToken, ...request }: WatchChoices = {}): TestClient {
    const channel = this.connect();
    const client = new TestClient(channel, { organizationId: 'acme', ...request }, token);
    this.clients.push(client);
    return client;
  }

  async metricsText(): Promise<string> {
    return (await this.app.get(Metrics).render()).body;
  }

  /** Stops the server, with its clients still there. */
  stop(): Promise<void> {
    this.stopped ??= this.app.close();
    return this.stopped;
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.cancel();
    for (const channel of this.channels) channel.close();
    await this.stop();
    await rm(this.folder, { recursive: true });
  }

  /** Its own connection each, so that one which does not read holds up no other. */
  private connect(): KeyChangesClient {
    const options = { 'grpc.use_local_subchannel_pool': 1 };
    const channel = new keywardGrpc.keyward.v1.KeyChanges(this.target, credentials.createInsecure(), options);
    this.channels.push(channel);
    return channel;
  }

  private async listen(settings: BroadcasterSettings): Promise<void> {
    const given = [
      { provide: EventStore, useValue: this.events },
      { provide: ReadModel, useValue: this.readModel },
      { provide: ChangeLogReader, useValue: this.changeLog },
      {
        provide: TokenVerifier,
        useValue: JwtTokenVerifier.forKeys([this.issuer.publicJwk()], { issuer: LOCAL_ISSUER }),
      },
    ];
    class Given {}
    class Root {}
    const globals = { module: Given, global: true, providers: given, exports: given };
    const refusals = RefusalsModule.forRoot({ KEYWARD_REFUSALS_WINDOW: 3_600_000 });
    const imports = [RuntimeModule, globals, refusals, BroadcasterModule.forRoot(settings)];
    const strategy = new GrpcServer({
      bind: '127.0.0.1:0',
      packageName: 'keyward.v1',
      packageDefinition: withSharedEncoding(keywardPackageDefinition),
    });
    const logger = createLogger({ KEYWARD_LOG_LEVEL: 'silent', KEYWARD_LOG_FORMAT: 'json' });
    const root = { module: Root, imports };
    // As in production an HTTP app with the gRPC server connected: Nest then ends streams before servers.
    this.app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), { logger });
    this.app.connectMicroservice({ strategy });
    await this.app.init();
    await this.app.startAllMicroservices();
    this.target = `127.0.0.1:${strategy.port}`;
  }
}

export function organization(organizationId: string): ReadModelRecord {
  const state = { registered: true, name: organizationId, plan: 'enterprise' as const, version: 1 };
  return { kind: 'organization', organizationId, revision: 0n, state };
}

export function project(
  organizationId: string,
  projectId: string,
  status: 'active' | 'archived' = 'active',
  revision = 0n,
): ReadModelRecord {
  const state = { status, name: projectId, version: 1 };
  return { kind: 'project', organizationId, projectId, revision, state };
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
