import {
  Client,
  Metadata,
  credentials,
  status,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { keywardGrpc, keywardPackageDefinition } from '@keyward/contracts';
import type { Canaries } from '../../support/canary-scan.js';

type AnyMethod = MethodDefinition<object, object>;

interface FieldDescriptor {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly typeName: string;
}

/** What a call is answered, but for the one field in which a key may leave. */
export interface CallSeen {
  readonly name: string;
  readonly bytes: Buffer;
}

const KNOWN: Readonly<Record<string, string>> = {
  organizationId: 'acme',
  projectId: 'website',
  integrationId: 'serpapi',
};

export const METHODS: readonly AnyMethod[] = [
  keywardGrpc.keyward.v1.EffectiveKeys.service,
  keywardGrpc.keyward.v1.KeyChanges.service,
].flatMap((service) => Object.values(service) as unknown as AnyMethod[]);

/** Calls every method with a canary in every text of its request, in its metadata, and in bytes that are no request. */
export async function plantInCalls(target: string, token: string, canaries: Canaries): Promise<CallSeen[]> {
  const client = new Client(target, credentials.createInsecure());
  const seen: CallSeen[] = [];
  const call = async (name: string, method: AnyMethod, request: object | Buffer, metadata: Metadata) => {
    seen.push({
      name: `${method.path}, ${name}`,
      bytes: await answerOf(client, { method, request, metadata }),
    });
  };
  for (const method of METHODS) {
    for (const [name, request] of requestsOf(method, canaries))
      await call(name, method, request, bearer(token));
    const good = goodRequest(messageOf(method));
    await call('token', method, good, bearer(canaries.word()));
    await call('metadata', method, good, withEntry(bearer(token), 'x-api-key', canaries.word()));
    await call(
      'name of metadata',
      method,
      good,
      withEntry(bearer(token), canaries.word().toLowerCase(), '1'),
    );
    await call('no request', method, Buffer.from(canaries.key()), bearer(token));
    await call(
      'a request cut off',
      method,
      Buffer.concat([Buffer.from([0x0a, 0x7f]), Buffer.from(canaries.word())]),
      bearer(token),
    );
    // grpc-js itself answers this, to the caller alone and with the path that it asked for: only what
    // stays behind is searched.
    const nowhere = { ...method, path: `/keyward.v1.EffectiveKeys/${canaries.word()}` };
    await answerOf(client, { method: nowhere, request: good, metadata: bearer(token) });
  }
  client.close();
  return seen;
}

function bearer(token: string): Metadata {
  return withEntry(new Metadata(), 'authorization', `Bearer ${token}`);
}

function withEntry(metadata: Metadata, name: string, value: string): Metadata {
  metadata.set(name, value);
  return metadata;
}

/** The method's request, each time with a canary in another of its texts. */
function requestsOf(method: AnyMethod, canaries: Canaries): [string, object][] {
  return plantInMessage(messageOf(method), canaries);
}

function plantInMessage(fields: readonly FieldDescriptor[], canaries: Canaries): [string, object][] {
  return fields.flatMap((field): [string, object][] => {
    const name = camel(field.name);
    const isList = field.label === 'LABEL_REPEATED';
    const wrap = (value: unknown): object => ({ ...goodRequest(fields), [name]: isList ? [value] : value });
    if (field.type === 'TYPE_STRING')
      return [canaries.key(), canaries.word()].map((value) => [name, wrap(value)]);
    if (field.type !== 'TYPE_MESSAGE') return [];
    const planted = plantInMessage(fieldsOf(field.typeName), canaries);
    return planted.map(([inner, value]) => [`${name}.${inner}`, wrap(value)]);
  });
}

/** Names what is there; what is not known is left out. */
function goodRequest(fields: readonly FieldDescriptor[]): object {
  const address = fields.find(({ typeName }) => typeName === 'KeyAddress');
  const isList = address?.label === 'LABEL_REPEATED';
  return {
    ...Object.fromEntries(
      fields
        .map(({ name }) => camel(name))
        .filter((name) => name in KNOWN)
        .map((name) => [name, KNOWN[name]]),
    ),
    ...(address && { [camel(address.name)]: isList ? [KNOWN] : KNOWN }),
  };
}

function messageOf(method: AnyMethod): readonly FieldDescriptor[] {
  return (method as unknown as { requestType: { type: { field: readonly FieldDescriptor[] } } }).requestType
    .type.field;
}

function fieldsOf(typeName: string): readonly FieldDescriptor[] {
  const definition = keywardPackageDefinition[`keyward.v1.${typeName}`] as unknown as {
    type: { field: readonly FieldDescriptor[] };
  };
  return definition.type.field;
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The first thing that comes back. */
async function answerOf(
  client: Client,
  { method, request, metadata }: { method: AnyMethod; request: object | Buffer; metadata: Metadata },
): Promise<Buffer> {
  const serialize = (value: object | Buffer): Buffer =>
    Buffer.isBuffer(value) ? value : method.requestSerialize(value);
  const deadline = Date.now() + 20_000;
  return new Promise((resolve) => {
    // As a stream in either case: a call with one answer is a stream of one message.
    const call = client.makeServerStreamRequest(
      method.path,
      serialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline },
    );
    call.on('data', (answer: object) => {
      resolve(Buffer.from(JSON.stringify(answer, withoutKey)));
      call.cancel();
    });
    call.on('error', (error: ServiceError) => resolve(bytesOf(error)));
    call.on('end', () => resolve(Buffer.from(status[status.OK])));
  });
}

/** The one door through which a key leaves. */
function withoutKey(name: string, value: unknown): unknown {
  return name === 'secret' ? undefined : value;
}

function bytesOf({ message, details, metadata }: ServiceError): Buffer {
  const entries = Object.entries(metadata?.toHttp2Headers() ?? {});
  const trailers = Object.keys(metadata?.getMap() ?? {}).flatMap((name) => metadata.get(name));
  return Buffer.concat([
    Buffer.from(JSON.stringify([message, details, entries])),
    ...trailers.map((value) => Buffer.from(value)),
  ]);
}
