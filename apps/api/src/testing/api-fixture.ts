import { LocalIssuer, TokenVerifier } from '@keyward/access';
import { AuditKeys } from '@keyward/audit';
import { SIGNER } from '@keyward/audit/testing';
import { comparePositions } from '@keyward/contracts';
import { EventStore, MemoryEventStore } from '@keyward/event-store';
import { History } from '@keyward/history';
import { openInProcess } from '@keyward/history/testing';
import {
  FreshReader,
  MemoryReadModel,
  ReadModel,
  StalenessMonitor,
  type StaleAnswers,
} from '@keyward/read-model';
import {
  Clock,
  HealthRegistry,
  Metrics,
  NO_TRACING,
  Supervisor,
  SystemClock,
  Tracing,
  createLogger,
} from '@keyward/runtime';
import { RefusalsModule } from '@keyward/refusals';
import { InProcessKeks, Sealer, Unsealer, type KeyEncryptionKeys } from '@keyward/sealing';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiModule } from '../api.module.js';
import type { AuditedApiSettings } from '../audit/audit.providers.js';
import { createApiApp } from '../create-api-app.js';
import { ServedDocument } from '../http/openapi/openapi.controller.js';
import { AnswerChecker } from './answer-checker.js';
import { FakeTokenVerifier, type Grants } from './fake-token-verifier.js';
import { project } from './projecting.js';

/** One for all fixtures: the document is the same for all. */
let checker: AnswerChecker | undefined;

/** One for all fixtures, so that several can share a log. */
const KEK = randomBytes(32);

const AUDIT_KEYS = new AuditKeys(SIGNER);

const SETTINGS: AuditedApiSettings = {
  KEYWARD_AUDIT_SIGNING_KEY: undefined,
  KEYWARD_AUDIT_SIGNING_KEY_FILE: undefined,
  KEYWARD_AUDIT_TRUSTED_KEYS_FILE: undefined,
  KEYWARD_AUDIT_HEAD_INTERVAL: 3_600_000,
  KEYWARD_AUDIT_CHECK_INTERVAL: 86_400_000,
  KEYWARD_HTTP_HOST: '127.0.0.1',
  KEYWARD_HTTP_PORT: 0,
  KEYWARD_HTTP_BODY_LIMIT: 64 * 1024,
  KEYWARD_HTTP_CONSISTENCY_TIMEOUT: 2_000,
  KEYWARD_KEY_RETENTION: 7 * 86_400_000,
  KEYWARD_RATE_LIMIT_PRINCIPAL: 0,
  KEYWARD_RATE_LIMIT_ORGANIZATION: 0,
  KEYWARD_RATE_LIMIT_FAILED_SIGN_IN: 0,
  KEYWARD_RATE_LIMIT_SIGN_IN: 0,
  KEYWARD_PUBLIC_URL: undefined,
  KEYWARD_OIDC_ISSUER: undefined,
  KEYWARD_OIDC_CLIENT_ID: undefined,
  KEYWARD_OIDC_CLIENT_SECRET_FILE: undefined,
  KEYWARD_OIDC_SCOPE: 'openid profile',
  KEYWARD_OIDC_PARAMETERS: undefined,
  KEYWARD_SESSION_KEYS: randomBytes(32).toString('base64'),
  KEYWARD_SESSION_KEYS_FILE: undefined,
  KEYWARD_SESSION_LIFETIME: 8 * 3_600_000,
  KEYWARD_DEVELOPMENT_SIGN_IN: false,
  KEYWARD_CONSOLE_DIR: undefined,
  KEYWARD_TOKEN_ISSUER: 'keyward-local',
  KEYWARD_TOKEN_JWKS_URL: undefined,
  KEYWARD_DATA_DIR: 'never used',
};

const REFUSALS = RefusalsModule.forRoot({ KEYWARD_REFUSALS_WINDOW: 3_600_000 });

export interface ApiFixtureOptions {
  readonly settings?: Partial<AuditedApiSettings>;
  /** The log; the memory one by default. */
  readonly events?: EventStore;
  readonly readModel?: ReadModel;
  readonly staleAnswers?: StaleAnswers;
  /** False: nothing brings the read model up to date. */
  readonly projecting?: boolean;
  readonly clock?: Clock;
  readonly tracing?: Tracing;
  /** Takes the place of the tokens that the fixture makes up. */
  readonly tokenVerifier?: TokenVerifier;
  readonly localIssuer?: LocalIssuer;
  /** One of the test's own by default. */
  readonly keks?: KeyEncryptionKeys;
  /** Those of the audit library's tests by default. */
  readonly auditKeys?: AuditKeys;
  /** Told of every route that the server gets. */
  readonly onRoute?: (method: string, path: string) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export interface Call {
  readonly as?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole HTTP API over memory, called without a socket. */
export class ApiFixture {
  readonly tokens = new FakeTokenVerifier();
  readonly metrics = new Metrics(false);
  readonly logLines: string[] = [];
  readonly events: EventStore;
  readonly readModel = new MemoryReadModel();
  private readonly folder = mkdtempSync(join(tmpdir(), 'keyward-api-'));
  private readonly stop = new AbortController();
  private projecting: Promise<void> | undefined;
  app!: NestFastifyApplication;
  /** What `acme` is really called now. */
  acme = 'acme';
  private organizations = 0;
  /** Of a platform admin. */
  admin = '';
  /** Of an owner of the organization acme. */
  owner = '';

  private constructor(private readonly options: ApiFixtureOptions) {
    this.events = options.events ?? new MemoryEventStore();
  }

  static async start(options: ApiFixtureOptions = {}): Promise<ApiFixture> {
    const fixture = new ApiFixture(options);
    const settings = { ...SETTINGS, ...options.settings };
    const root = {
      module: Root,
      imports: [fixture.parts(), REFUSALS, ApiModule.forRoot(settings, { alone: true })],
    };
    const output = { write: (line: string) => fixture.logLines.push(line) };
    const logger = createLogger({ KEYWARD_LOG_LEVEL: 'trace', KEYWARD_LOG_FORMAT: 'json' }, output);
    fixture.app = await createApiApp(root, settings, { logger });
    const fastify = fixture.app.getHttpAdapter().getInstance();
    fastify.addHook('onRoute', ({ method, url }) => options.onRoute?.(String(method), url));
    await fixture.app.init();
    await fastify.ready();
    checker ??= new AnswerChecker(await fixture.app.get(ServedDocument, { strict: false }).read());
    if (options.projecting !== false) {
      fixture.projecting = project(fixture.events, fixture.readModel, fixture.stop.signal);
    }
    fixture.admin = fixture.tokens.issue('root', { platformAdmin: true });
    fixture.owner = fixture.tokens.issue('olivia', { organizations: { acme: 'owner' } });
    return fixture;
  }

  /**
   * An Enterprise organization in the rollout, with a project. Called again, it is another one of
   * which nothing is known yet: each test can have its own, under the same name.
   */
  async withAcme(): Promise<this> {
    this.acme = `acme-${++this.organizations}`;
    this.owner = this.token('olivia', { organizations: { acme: 'owner' } });
    await this.must('PUT /v1/organizations/acme', {
      as: this.admin,
      body: { name: 'Acme', plan: 'enterprise' },
    });
    await this.must('PUT /v1/organizations/acme/projects/website', {
      as: this.admin,
      body: { name: 'Website' },
    });
    await this.must('PUT /v1/rollout', {
      as: this.admin,
      body: { percentage: 0, include: ['acme'], exclude: [] },
    });
    return this;
  }

  token(subject: string, grants: Grants): string {
    return this.tokens.issue(subject, JSON.parse(this.named(JSON.stringify(grants))) as Grants);
  }

  /** @param target method and path: `PUT /v1/rollout`. */
  async call(target: string, { as = this.owner, body, headers = {} }: Call = {}): Promise<Answer> {
    const [method, url] = target.split(' ') as [string, string];
    const response = await this.app.inject({
      method: method as 'GET',
      url: url.replace(/^\/v1\/organizations\/acme(?=[/?]|$)/, `/v1/organizations/${this.acme}`),
      headers: { ...authorization(as), ...contentType(body), ...headers },
      ...(body === undefined ? {} : { payload: this.toPayload(body) }),
    });
    const type = String(response.headers['content-type']);
    const answer =
      /[/+]json/.test(type) && response.payload !== '' ? JSON.parse(response.payload) : undefined;
    checker?.check(target, response.statusCode, type, answer);
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.payload,
      body: answer,
    };
  }

  /** The same, for what a test takes for granted. */
  async must(target: string, call: Call = {}): Promise<Answer> {
    const answer = await this.call(target, call);
    if (answer.status >= 300) throw new Error(`${target}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** The same with the events that it made, by type, in the log's order. */
  async when(target: string, call: Call = {}): Promise<Answer & { readonly events: readonly string[] }> {
    const after = await this.events.head();
    const answer = await this.call(target, call);
    const events: string[] = [];
    for await (const { type, position } of this.events.readAll({ from: after })) {
      if (comparePositions(position, after) > 0) events.push(type);
    }
    return { ...answer, events };
  }

  /** From here on the read model stays as it is. */
  async stopProjecting(): Promise<void> {
    this.stop.abort();
    await this.projecting?.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.stopProjecting();
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Text and bytes go as they are. */
  private toPayload(body: unknown): string | Buffer {
    return typeof body === 'string' || Buffer.isBuffer(body) ? body : this.named(JSON.stringify(body));
  }

  private named(json: string): string {
    return json.replace(/"acme(?=["/])/g, `"${this.acme}`);
  }

  private access() {
    return [
      { provide: TokenVerifier, useValue: this.options.tokenVerifier ?? this.tokens },
      { provide: LocalIssuer, useValue: this.options.localIssuer ?? null },
    ];
  }

  private parts(): DynamicModule {
    const { events, metrics } = this;
    const clock = this.options.clock ?? new SystemClock();
    const readModel: ReadModel = this.options.readModel ?? this.readModel;
    // In tests the heartbeat stands still between writes: what is stale is up to the test.
    const boundMs = this.options.staleAnswers ? 1 : 3_600_000;
    const monitor = new StalenessMonitor({ readModel, clock, boundMs });
    const fresh = new FreshReader({
      readModel,
      events,
      monitor,
      staleAnswers: this.options.staleAnswers ?? 'flag',
    });
    const keks =
      this.options.keks ?? new InProcessKeks([{ id: 'test', bytes: Buffer.from(KEK) }], 'test', 'the test');
    const health = new HealthRegistry(clock);
    const history = new History({
      events,
      open: () => openInProcess({ file: join(this.folder, 'history.db'), storeId: events.storeId }),
      report: NO_REPORT,
    });
    const providers = [
      { provide: History, useValue: history },
      { provide: AuditKeys, useValue: this.options.auditKeys ?? AUDIT_KEYS },
      { provide: Supervisor, useValue: new Supervisor() },
      { provide: EventStore, useValue: events },
      { provide: ReadModel, useValue: readModel },
      { provide: FreshReader, useValue: fresh },
      { provide: StalenessMonitor, useValue: monitor },
      ...this.access(),
      { provide: Sealer, useValue: new Sealer(keks) },
      { provide: Unsealer, useValue: new Unsealer(keks) },
      { provide: Metrics, useValue: metrics },
      { provide: Tracing, useValue: this.options.tracing ?? NO_TRACING },
      { provide: Clock, useValue: clock },
      { provide: HealthRegistry, useValue: health },
      { provide: Supervisor, useValue: new Supervisor({ metrics, health }) },
    ];
    return { module: Parts, providers, exports: providers.map(({ provide }) => provide) };
  }
}

const NO_REPORT = {
  rebuilding: () => undefined,
  applied: () => undefined,
  caughtUp: () => undefined,
  ended: () => undefined,
};

function authorization(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function contentType(body: unknown): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

@Module({})
class Root {}

@Global()
@Module({})
class Parts {}
