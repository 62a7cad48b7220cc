import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { keywardPackageDefinition } from '@keyward/contracts';
import { INTEGRATION, ORGANIZATION } from './bench-keyward.js';

export interface CallTarget {
  /** `host:port` */
  readonly target: string;
  readonly token: string;
  /** Of the method: `/keyward.v1.EffectiveKeys/Lookup`. */
  readonly path: string;
}

interface Method {
  readonly path: string;
  requestSerialize(message: object): Buffer;
  responseSerialize(message: object): Buffer;
}

/** Keyward's methods. */
export const METHODS = {
  ...keywardPackageDefinition['keyward.v1.EffectiveKeys'],
  ...keywardPackageDefinition['keyward.v1.KeyChanges'],
} as unknown as Readonly<Record<'Lookup' | 'BatchLookup' | 'Watch', Method>>;

export function addressOf(projectId: string): object {
  return { organizationId: ORGANIZATION, projectId, integrationId: INTEGRATION };
}

/** One unary call of encoded bytes. Rejects when its status is not OK. */
export async function callOnce(target: CallTarget, message: Uint8Array): Promise<Buffer> {
  return (await callEach(target, [message]))[0]!;
}

/** Such calls over one connection, all at once. */
export async function callEach(
  { target, token, path }: CallTarget,
  messages: readonly Uint8Array[],
): Promise<Buffer[]> {
  const client = new Client(target, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const asIs = (bytes: Buffer): Buffer => bytes;
  const call = (message: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from(message), metadata, (error, reply) =>
        error ? reject(error) : resolve(reply!),
      );
    });
  try {
    return await Promise.all(messages.map(call));
  } finally {
    client.close();
  }
}
