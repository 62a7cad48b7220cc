import { createRequire } from 'node:module';
import { credentials, loadPackageDefinition, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  KeywardError,
  STATUS_DETAILS_TRAILER,
  decodeErrorInfo,
  type LookupResponse,
} from '@keyward/contracts';
import { Logger } from '@nestjs/common';
import { protoPath as healthProto } from 'grpc-health-check';
import { HealthRegistry } from '../health/health-registry.js';
import { SystemClock } from '../ports/clock.port.js';
import { deferred } from '../testing/deferred.js';
import {
  failedLookup,
  lookup,
  lookupController,
  startServer,
  type RunningServer,
} from '../testing/grpc-fixture.js';
import { TEST_AUTHORITY, TEST_CLIENT, TEST_SERVER } from '../testing/test-certificates.js';

const require = createRequire(import.meta.url);
const reflectionProto = require.resolve('@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto');
const ANSWER: LookupResponse = { position: 'p1', notConfigured: { reason: 'REASON_NOT_SET' } };

/** A client of a service known by its proto file only. */
function clientOf(
  server: RunningServer,
  proto: string,
  name: string,
): Client & Record<string, (...args: unknown[]) => unknown> {
  let found: unknown = loadPackageDefinition(
    loadSync(proto, { enums: String, defaults: true, oneofs: true }),
  );
  for (const part of name.split('.')) found = (found as Record<string, unknown>)[part];
  const Constructor = found as new (
    ...args: unknown[]
  ) => Client & Record<string, (...args: unknown[]) => unknown>;
  return new Constructor(`localhost:${server.port}`, credentials.createInsecure());
}

function healthOf(server: RunningServer, service: string): Promise<unknown> {
  const client = clientOf(server, healthProto, 'grpc.health.v1.Health');
  return new Promise((resolve) => {
    client['check']!({ service }, (error: ServiceError | null, answer: { status: string } | undefined) => {
      client.close();
      resolve(error ? error.code : answer?.status);
    });
  });
}

function servicesByReflection(server: RunningServer): Promise<string[]> {
  const client = clientOf(server, reflectionProto, 'grpc.reflection.v1.ServerReflection');
  const call = client['serverReflectionInfo']!() as NodeJS.ReadWriteStream;
  return new Promise((resolve, reject) => {
    call.on('error', reject);
    call.on('data', ({ listServicesResponse }: { listServicesResponse: { service: { name: string }[] } }) => {
      call.end();
      client.close();
      resolve(listServicesResponse.service.map(({ name }) => name));
    });
    call.write({ listServices: '' } as never);
  });
}

function errorInfoOf(error: ServiceError) {
  const [bytes] = error.metadata.get(STATUS_DETAILS_TRAILER);
  return decodeErrorInfo(bytes as Buffer);
}

describe('a gRPC server', () => {
  let server: RunningServer | undefined;

  beforeAll(() => Logger.overrideLogger(false));
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it.each([
    ['a value', () => ANSWER],
    ['a promise', () => Promise.resolve(ANSWER)],
  ])('answers a unary call whose handler gives %s', async (_what, handler) => {
    server = await startServer([lookupController(handler)]);
    expect(await lookup(server)).toMatchObject({
      position: 'p1',
      notConfigured: { reason: 'REASON_NOT_SET' },
    });
  });

  it('turns a refusal into its status, with readable details', async () => {
    const violations = [{ field: 'address.project_id', rule: 'has to be set' }];
    const metadata = { index: '3' };
    const refuse = (): never => {
      throw new KeywardError('RATE_LIMITED', 'Slow down \u{1F511} \uD800', {
        violations,
        metadata,
        retryAfterSeconds: 2,
      });
    };
    server = await startServer([lookupController(refuse)]);
    const error = await failedLookup(server);
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(error.details).toBe('Slow down \u{1F511} \uFFFD');
    expect(errorInfoOf(error)).toEqual({
      reason: 'RATE_LIMITED',
      metadata: { field: 'address.project_id', rule: 'has to be set', index: '3', retryAfterSeconds: '2' },
    });
  });

  it('tells the caller nothing of an unexpected error, and the log all, under the same id', async () => {
    const logged: unknown[][] = [];
    const write = (...line: unknown[]): void => void logged.push(line);
    Logger.overrideLogger({ log: write, warn: write, error: write });
    const cause = new Error('planted message');
    server = await startServer([lookupController(() => Promise.reject(cause))]);
    // A Nest application takes the logger over when it is made.
    Logger.overrideLogger({ log: write, warn: write, error: write });
    const error = await failedLookup(server);
    Logger.overrideLogger(false);
    expect(error.code).toBe(status.INTERNAL);
    expect(JSON.stringify([error.details, error.metadata])).not.toContain('planted');
    const errorId = errorInfoOf(error)?.metadata['errorId'];
    expect(error.details).toContain(errorId);
    expect(logged).toEqual([[expect.any(String), { errorId }, cause, 'grpc']]);
  });

  it('answers UNIMPLEMENTED for a service of the package that it does not have', async () => {
    server = await startServer([lookupController(() => ANSWER)]);
    const call = server.changes.Watch({});
    const ended = deferred<ServiceError>();
    call.on('error', (error) => ended.resolve(error as ServiceError));
    expect((await ended.promise).code).toBe(status.UNIMPLEMENTED);
  });

  it('refuses a request above the limit', async () => {
    server = await startServer([lookupController(() => ANSWER)], { maxReceiveBytes: 1000 });
    const outcome = deferred<ServiceError | null>();
    server.keys.Lookup({ address: { organizationId: 'x'.repeat(2000) } }, (error) => outcome.resolve(error));
    expect((await outcome.promise)?.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('says SERVING for itself and the services that it has, and only those', async () => {
    server = await startServer([lookupController(() => ANSWER)]);
    expect(await healthOf(server, '')).toBe('SERVING');
    expect(await healthOf(server, 'keyward.v1.EffectiveKeys')).toBe('SERVING');
    expect(await healthOf(server, 'keyward.v1.KeyChanges')).toBe(status.NOT_FOUND);
  });

  it('says NOT_SERVING while the process is not ready', async () => {
    const health = new HealthRegistry(new SystemClock());
    const remove = health.ready('event log', () => 'cannot be reached');
    server = await startServer([lookupController(() => ANSWER)], { health });
    expect(await healthOf(server, 'keyward.v1.EffectiveKeys')).toBe('NOT_SERVING');
    remove();
    while ((await healthOf(server, 'keyward.v1.EffectiveKeys')) !== 'SERVING') await health.report('ready');
    health.drain();
    while ((await healthOf(server, '')) !== 'NOT_SERVING') await health.report('ready');
  });

  it('lists its services by reflection', async () => {
    server = await startServer([lookupController(() => ANSWER)]);
    const services = await servicesByReflection(server);
    expect(services).toEqual(expect.arrayContaining(['keyward.v1.EffectiveKeys', 'keyward.v1.KeyChanges']));
  });

  it('lets a call in progress finish when it closes', async () => {
    const entered = deferred();
    const release = deferred();
    const handler = async (): Promise<LookupResponse> => {
      entered.resolve();
      await release.promise;
      return ANSWER;
    };
    server = await startServer([lookupController(handler)], { shutdownGraceMs: 60_000 });
    const answer = lookup(server);
    await entered.promise;
    const closed = server.app.close();
    release.resolve();
    expect(await answer).toMatchObject({ position: 'p1' });
    await closed;
  });

  it('cuts a call that does not end in its grace', async () => {
    const entered = deferred();
    const handler = (): Promise<LookupResponse> => {
      entered.resolve();
      return new Promise(() => undefined);
    };
    server = await startServer([lookupController(handler)], { shutdownGraceMs: 5 });
    const outcome = failedLookup(server);
    await entered.promise;
    await server.app.close();
    expect([status.CANCELLED, status.UNAVAILABLE]).toContain((await outcome).code);
  });

  it('says which address is in use', async () => {
    server = await startServer([lookupController(() => ANSWER)], { bind: '127.0.0.1:0' });
    const bind = `127.0.0.1:${server.port}`;
    await expect(startServer([], { bind })).rejects.toThrow(`Cannot listen for gRPC on ${bind}`);
  });
});

describe('a gRPC server that requires client certificates', () => {
  const pem = (text: string): Buffer => Buffer.from(text);
  const tls = {
    certificate: pem(TEST_SERVER.certificate),
    privateKey: pem(TEST_SERVER.privateKey),
    clientCa: pem(TEST_AUTHORITY),
  };

  it('answers a client that shows one', async () => {
    const shown = credentials.createSsl(
      pem(TEST_AUTHORITY),
      pem(TEST_CLIENT.privateKey),
      pem(TEST_CLIENT.certificate),
    );
    const server = await startServer([lookupController(() => ANSWER)], { tls }, shown);
    expect(await lookup(server)).toMatchObject({ position: 'p1' });
    await server.close();
  });

  it('does not talk to one that shows none', async () => {
    const server = await startServer(
      [lookupController(() => ANSWER)],
      { tls },
      credentials.createSsl(pem(TEST_AUTHORITY)),
    );
    expect((await failedLookup(server)).code).toBe(status.UNAVAILABLE);
    await server.close();
  });
});
