import { createRequire } from 'node:module';
import {
  Client,
  Metadata,
  credentials,
  loadPackageDefinition,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { STATUS_DETAILS_TRAILER, decodeErrorInfo, keywardPackageDefinition } from '@keyward/contracts';

const REFLECTION_PROTO = '@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto';
const DEADLINE_MS = 30_000;

/** A method of the proto, whatever its messages. */
export interface GrpcMethod {
  readonly name: string;
  readonly service: string;
  readonly definition: MethodDefinition<object, object>;
}

export type GrpcOutcome =
  | { readonly ok: true; readonly message: object }
  | {
      readonly ok: false;
      readonly code: number;
      readonly reason: string | undefined;
      readonly bytes: string;
    };

/** Every method of the proto. */
export const GRPC_METHODS: readonly GrpcMethod[] = Object.entries(keywardPackageDefinition).flatMap(
  ([service, definition]) =>
    'format' in definition
      ? []
      : Object.entries(definition).map(([name, method]) => ({
          name,
          service,
          definition: method,
        })),
);

/** Calls methods that it knows by their definition only; of a stream it takes the first message. */
export class GrpcCaller {
  private readonly client: Client;

  constructor(private readonly target: string) {
    this.client = new Client(target, credentials.createInsecure());
  }

  call({ definition }: GrpcMethod, request: object, authorization: string | null): Promise<GrpcOutcome> {
    const { path, requestSerialize, responseDeserialize } = definition;
    const metadata = new Metadata();
    if (authorization !== null) metadata.set('authorization', authorization);
    const options = { deadline: Date.now() + DEADLINE_MS };
    // A unary call is a stream of one message.
    const call = this.client.makeServerStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
    );
    return new Promise((resolve) => {
      call.on('error', (error: ServiceError) => resolve(failure(error)));
      call.once('data', (message: object) => {
        resolve({ ok: true, message });
        call.cancel();
      });
    });
  }

  /** The services that the server itself says it has. */
  servicesByReflection(): Promise<string[]> {
    const proto = loadSync(createRequire(import.meta.url).resolve(REFLECTION_PROTO), { oneofs: true });
    const { reflection } = loadPackageDefinition(proto)['grpc'] as unknown as ReflectionPackage;
    const client = new reflection.v1.ServerReflection(this.target, credentials.createInsecure());
    const call = client.serverReflectionInfo();
    return new Promise((resolve, reject) => {
      call.on('error', reject);
      call.on(
        'data',
        ({ listServicesResponse }: { listServicesResponse: { service: { name: string }[] } }) => {
          call.end();
          client.close();
          resolve(listServicesResponse.service.map(({ name }) => name));
        },
      );
      call.write({ listServices: '' } as never);
    });
  }

  close(): void {
    this.client.close();
  }
}

interface ReflectionPackage {
  readonly reflection: {
    readonly v1: {
      readonly ServerReflection: new (...args: ConstructorParameters<typeof Client>) => Client & {
        serverReflectionInfo(): NodeJS.ReadWriteStream;
      };
    };
  };
}

function failure({ code, details, metadata }: ServiceError): GrpcOutcome {
  const [info] = metadata.get(STATUS_DETAILS_TRAILER) as Buffer[];
  metadata.remove('date');
  const bytes = JSON.stringify([code, details, metadata.toJSON()]);
  return { ok: false, code, reason: info && decodeErrorInfo(info)?.reason, bytes };
}
