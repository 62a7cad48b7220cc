import {
  Server,
  ServerCredentials,
  setLogger,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { Logger } from '@nestjs/common';
import { ServerGrpc } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { HealthRegistry } from '../health/health-registry.js';
import { GrpcHealth } from './grpc-health.js';

export interface GrpcTls {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  /** Given, every client has to show a certificate signed by this authority. */
  readonly clientCa?: Buffer;
}

export interface GrpcServerOptions {
  /** `host:port`; port 0 lets the operating system choose, see {@link GrpcServer.port}. */
  readonly bind: string;
  /** The proto package or packages whose services the controllers implement. */
  readonly packageName: string | readonly string[];
  readonly packageDefinition: PackageDefinition;
  /** Left out: plain text. */
  readonly tls?: GrpcTls;
  /** Given, the health service follows its readiness; otherwise it says SERVING while the server runs. */
  readonly health?: HealthRegistry;
  /** @defaultValue 1 MiB */
  readonly maxReceiveBytes?: number;
  /** How long calls in progress may take after the server was told to close. @defaultValue 3000 ms */
  readonly shutdownGraceMs?: number;
}

const MAX_RECEIVE_BYTES = 1024 * 1024;
const MAX_METADATA_BYTES = 32 * 1024;
const SHUTDOWN_GRACE_MS = 3000;

type UnaryHandler = (request: unknown, metadata: unknown, call: unknown) => Promise<unknown>;
type UnaryMethod = (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => void;

/** A service's client constructor, which is what Nest walks through to find the services. */
interface ServiceConstructor {
  readonly service: Readonly<Record<string, { readonly path: string }>>;
}

/** grpc-js prints to standard error by itself; its lines belong in the log, scrubbed like all others. */
function logThroughNest(): void {
  const logger = new Logger('grpc-js');
  const write = (...args: unknown[]): void => logger.debug(args.join(' '));
  setLogger({ error: write, info: write, debug: write });
}

/**
 * Nest's gRPC transport with what every server here needs: health and reflection, keepalive, limits,
 * a port that can be asked for, an orderly close, and a short way for unary calls.
 */
export class GrpcServer extends ServerGrpc {
  private readonly health: GrpcHealth;
  private readonly served: string[] = [];
  private boundPort: number | undefined;

  constructor(private readonly settings: GrpcServerOptions) {
    const { packageName, packageDefinition } = settings;
    super({ package: typeof packageName === 'string' ? packageName : [...packageName], packageDefinition });
    this.health = new GrpcHealth(settings.health);
    logThroughNest();
  }

  /** The port that is listened on. @throws Error before the server listens. */
  get port(): number {
    if (this.boundPort === undefined) throw new Error('The gRPC server does not listen yet');
    return this.boundPort;
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      const server = new Server(serverOptions(this.settings));
      this.grpcClient = server;
      this.health.addToServer(server);
      new ReflectionService(this.settings.packageDefinition).addToServer(server);
      await this.bindEvents();
      // Nest listens before the services are there; a call in between would be UNIMPLEMENTED.
      this.boundPort = await bind(server, this.settings);
      await this.health.start(this.served);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  override async createService(grpcService: ServiceConstructor, name: string): Promise<object> {
    const service = await super.createService(grpcService, name);
    // In an app that serves only some services of the package, the others must not look healthy.
    if (Object.keys(service).length > 0) this.served.push(fullNameOf(grpcService) ?? name);
    return service;
  }

  /**
   * Nest wraps each unary call in further promises, an Observable and a copy of the call. A handler
   * here gives a promise or, from an exception filter, an Observable that fails: that needs less.
   */
  override createUnaryServiceMethod(methodHandler: unknown): UnaryMethod {
    const handler = methodHandler as UnaryHandler;
    return (call, callback) => {
      void answer(handler(call.request, call.metadata, call), callback);
    };
  }

  override async close(): Promise<void> {
    this.health.stop();
    const server = this.grpcClient as Server | undefined;
    this.grpcClient = undefined;
    if (!server) return;
    const graceMs = this.settings.shutdownGraceMs ?? SHUTDOWN_GRACE_MS;
    // A forgotten stream must not hold up the process. forceShutdown() would find nothing to cut without channelz.
    if (this.boundPort !== undefined) server.drain(withPort(this.settings.bind, this.boundPort), graceMs);
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  }
}

/** `/keyward.v1.EffectiveKeys/Lookup` is the path of a method; the middle is the service's full name. */
function fullNameOf({ service }: ServiceConstructor): string | undefined {
  return Object.values(service)[0]?.path.split('/')[1];
}

async function answer(handled: Promise<unknown>, callback: sendUnaryData<unknown>): Promise<void> {
  try {
    const result = await handled;
    callback(null, isObservable(result) ? await lastValueFrom(result) : result);
  } catch (error) {
    callback(error as Error);
  }
}

function serverOptions({ maxReceiveBytes }: GrpcServerOptions): Record<string, number> {
  return {
    'grpc.max_receive_message_length': maxReceiveBytes ?? MAX_RECEIVE_BYTES,
    'grpc.max_metadata_size': MAX_METADATA_BYTES,
    // A peer that vanished without a word is noticed within the sum of the two.
    'grpc.keepalive_time_ms': 15_000,
    'grpc.keepalive_timeout_ms': 5000,
    'grpc.keepalive_permit_without_calls': 1,
    // It counts every call and message for a service that is not served here.
    'grpc.enable_channelz': 0,
  };
}

function credentialsOf(tls: GrpcTls | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { cert_chain: tls.certificate, private_key: tls.privateKey };
  return ServerCredentials.createSsl(tls.clientCa ?? null, [pair], tls.clientCa !== undefined);
}

function bind(server: Server, { bind: address, tls }: GrpcServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(tls), (error, port) => {
      if (!error) return resolve(port);
      const remedy = 'free the address or choose another with KEYWARD_GRPC_HOST and KEYWARD_GRPC_PORT';
      reject(
        new Error(`Cannot listen for gRPC on ${address}: ${remedy} (${error.message})`, { cause: error }),
      );
    });
  });
}

/** The address that was bound, where the operating system chose the port. */
function withPort(address: string, port: number): string {
  return address.replace(/:\d+$/, `:${port}`);
}
