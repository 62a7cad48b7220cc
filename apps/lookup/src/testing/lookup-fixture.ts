import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, credentials, type CallOptions, type ServiceError } from '@grpc/grpc-js';
import { JwtTokenVerifier, LOCAL_ISSUER, LocalIssuer, TokenVerifier } from '@keyward/access';
import {
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  encodePosition,
  keywardGrpc,
  keywardPackageDefinition,
  type BatchLookupResponse__Output,
  type Consistency,
  type EffectiveKeysClient,
  type KeyAddress,
  type LogPosition,
  type LookupResponse__Output,
} from '@keyward/contracts';
import { EventStore, MemoryEventStore } from '@keyward/event-store';
import {
  FreshReader,
  MemoryReadModel,
  ReadModel,
  StalenessMonitor,
  type ReadModelRecord,
  type StaleAnswers,
} from '@keyward/read-model';
import { RefusalsModule } from '@keyward/refusals';
import {
  HealthRegistry,
  Metrics,
  RuntimeModule,
  createLogger,
  grpcServerOptions,
  type GrpcServer,
} from '@keyward/runtime';
import { InProcessKeks, Sealer, Unsealer } from '@keyward/sealing';
import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { LookupModule, withSecretsZeroed } from '../lookup.module.js';
import type { LookupSettings } from '../lookup.settings.js';
import { Records } from './records.js';

const SETTINGS: LookupSettings = {
  KEYWARD_LEASE: 30_000,
  KEYWARD_CONSISTENCY_TIMEOUT: 2_000,
  KEYWARD_LOOKUP_RATE_LIMIT: 0,
  KEYWARD_LOOKUP_ORGANIZATION_RATE_LIMIT: 0,
  KEYWARD_READ_AUDIT: 'refuse',
  KEYWARD_READ_AUDIT_INTERVAL: 60_000,
  KEYWARD_READ_AUDIT_BACKLOG: 1_000_000,
};

export interface FixtureOptions {
  readonly settings?: Partial<LookupSettings>;
  readonly staleAnswers?: StaleAnswers;
  /** @defaultValue true */
  readonly ready?: boolean;
}

export interface CallChoices {
  /** Default: a token for all of acme's projects; null: none. */
  readonly token?: string | null;
  readonly consistency?: Consistency;
  readonly deadlineMs?: number;
  readonly onMetadata?: (metadata: Metadata) => void;
}

/** A refusal as a caller sees it. */
export interface SeenRefusal {
  readonly grpcCode: number;
  readonly details: string;
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  /** The whole trailer, for comparing two refusals byte by byte. */
  readonly trailer: string;
}

/** The lookup app served over gRPC on loopback, on a read model that tests fill by hand. */
export class LookupFixture {
  readonly events = new MemoryEventStore();
  readonly readModel = new MemoryReadModel();
  readonly logLines: string[] = [];
  readonly unsealer: Unsealer;
  readonly records: Records;
  readonly monotonic = { ms: 0 };
  app!: INestMicroservice;
  client!: EffectiveKeysClient;
  ownToken!: string;
  #monitor!: StalenessMonitor;
  #issuer!: LocalIssuer;
  #directory!: string;

  private constructor() {
    const keks = new InProcessKeks([{ id: 'kek-test', bytes: randomBytes(32) }], 'kek-test', 'the test');
    this.unsealer = new Unsealer(keks);
    this.records = new Records(new Sealer(keks));
  }

  static async start(options: FixtureOptions = {}): Promise<LookupFixture> {
    const fixture = new LookupFixture();
    fixture.#directory = await mkdtemp(join(tmpdir(), 'keyward-lookup-'));
    fixture.#issuer = await LocalIssuer.open(fixture.#directory);
    fixture.ownToken = await fixture.token('acme');
    await fixture.readModel.reset(fixture.events.storeId);
    if (options.ready ?? true) await fixture.readModel.markReady();
    await fixture.#listen(options);
    await fixture.beat();
    return fixture;
  }

  /** Folder of the journals of what was handed out. */
  get journals(): string {
    return join(this.#directory, 'reads');
  }

  /** A worker's token. */
  token(
    organization: string,
    projects?: readonly string[],
    subject = `worker-of-${organization}`,
  ): Promise<string> {
    const worker = { organization, ...(projects ? { projects: [...projects] } : {}) };
    return this.#issuer.issue({ subject, ttlSeconds: 600, worker });
  }

  /** Moves the log on by one event and the read model with it. */
  async write(...records: readonly ReadModelRecord[]): Promise<LogPosition> {
    const position = await this.moveLog();
    await this.readModel.write(records, position);
    return position;
  }

  /** Moves the log on; the read model stays behind. */
  async moveLog(): Promise<LogPosition> {
    const event = { id: randomUUID(), type: 'Moved', data: {}, metadata: {} };
    const { position } = await this.events.append({
      stream: 'any',
      expectedRevision: 'any',
      events: [event],
    });
    return position;
  }

  positionToken(position: LogPosition): string {
    return encodePosition(this.events.storeId, position);
  }

  /** The projector is alive, as the staleness monitor sees it. */
  async beat(): Promise<void> {
    const { position } = await this.readModel.status();
    for (let beats = 0; beats < 2; beats += 1) {
      await this.readModel.heartbeat(position);
      this.#monitor.isStale((await this.readModel.status()).heartbeat);
    }
  }

  lookup(address: KeyAddress | undefined, choices: CallChoices = {}): Promise<LookupResponse__Output> {
    const { consistency } = choices;
    const request = { ...(address ? { address } : {}), ...(consistency ? { consistency } : {}) };
    return new Promise((resolve, reject) => {
      const call = this.client.lookup(request, ...this.#call(choices), (error, response) =>
        error ? reject(error) : resolve(response!),
      );
      if (choices.onMetadata) call.on('metadata', choices.onMetadata);
    });
  }

  batchLookup(addresses: KeyAddress[], choices: CallChoices = {}): Promise<BatchLookupResponse__Output> {
    const { consistency } = choices;
    return new Promise((resolve, reject) => {
      this.client.batchLookup(
        { addresses, ...(consistency ? { consistency } : {}) },
        ...this.#call(choices),
        (error, response) => (error ? reject(error) : resolve(response!)),
      );
    });
  }

  metricsText(): Promise<string> {
    return this.app
      .get(Metrics)
      .render()
      .then(({ body }) => body);
  }

  health(): HealthRegistry {
    return this.app.get(HealthRegistry);
  }

  async close(): Promise<void> {
    this.client.close();
    await this.app.close();
    await rm(this.#directory, { recursive: true });
  }

  async #listen({ settings, staleAnswers = 'refuse' }: FixtureOptions): Promise<void> {
    const { readModel, events } = this;
    const monitor = new StalenessMonitor({
      readModel,
      clock: { monotonicMs: () => this.monotonic.ms },
      boundMs: 2_000,
    });
    this.#monitor = monitor;
    const given = [
      { provide: EventStore, useValue: events },
      { provide: ReadModel, useValue: readModel },
      { provide: StalenessMonitor, useValue: monitor },
      { provide: FreshReader, useValue: new FreshReader({ readModel, events, monitor, staleAnswers }) },
      { provide: TokenVerifier, useValue: this.#verifier() },
      { provide: Unsealer, useValue: this.unsealer },
    ];
    class Given {}
    class Root {}
    const globals = { module: Given, global: true, providers: given, exports: given };
    const refusals = RefusalsModule.forRoot({ KEYWARD_REFUSALS_WINDOW: 3_600_000 });
    const lookup = LookupModule.forRoot({ ...SETTINGS, ...settings }, this.journals);
    const imports = [RuntimeModule, globals, refusals, lookup];
    const { strategy } = grpcServerOptions({
      bind: '127.0.0.1:0',
      packageName: 'keyward.v1',
      packageDefinition: withSecretsZeroed(keywardPackageDefinition),
    });
    const logger = createLogger(
      { KEYWARD_LOG_LEVEL: 'trace', KEYWARD_LOG_FORMAT: 'json' },
      { write: (line) => void this.logLines.push(line) },
    );
    this.app = await NestFactory.createMicroservice<MicroserviceOptions>(
      { module: Root, imports },
      { strategy, logger },
    );
    await this.app.listen();
    this.client = this.#connect(strategy);
  }

  #verifier(): JwtTokenVerifier {
    return JwtTokenVerifier.forKeys([this.#issuer.publicJwk()], { issuer: LOCAL_ISSUER });
  }

  #connect({ port }: Pick<GrpcServer, 'port'>): EffectiveKeysClient {
    return new keywardGrpc.keyward.v1.EffectiveKeys(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  #call({ token = this.ownToken, deadlineMs = 10_000 }: CallChoices): [Metadata, CallOptions] {
    const metadata = new Metadata();
    if (token !== null) metadata.set('authorization', `Bearer ${token}`);
    return [metadata, { deadline: Date.now() + deadlineMs }];
  }
}

/** How a call was refused; fails the test when it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<SeenRefusal> {
  const error = await call.then(
    () => Promise.reject(new Error('expected a refusal, and there was an answer')),
    (refusal: unknown) => refusal as ServiceError,
  );
  const bytes = error.metadata.get(STATUS_DETAILS_TRAILER)[0];
  const trailer = Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0);
  const info = decodeErrorInfo(trailer);
  return {
    grpcCode: error.code,
    details: error.details,
    reason: info?.reason,
    metadata: info?.metadata ?? {},
    trailer: trailer.toString('hex'),
  };
}
