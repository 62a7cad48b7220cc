import type { MethodDefinition, PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import type { BatchLookupResponse, LookupResponse } from '@keyward/contracts';

const SERVICE = 'keyward.v1.EffectiveKeys';

/** Overwrites the key bytes in an answer that is not needed any more. */
export function zeroSecret({ key }: LookupResponse): void {
  if (key?.secret instanceof Uint8Array) key.secret.fill(0);
}

/**
 * The same package, with answers zeroed as soon as they are serialized: no sooner, or workers would
 * get zeroes, and no later, so that opened keys do not wait in the heap for the garbage collector.
 * The serialized copies belong to gRPC and to the operating system and are out of reach.
 */
export function withSecretsZeroed(definition: PackageDefinition): PackageDefinition {
  const service = definition[SERVICE] as ServiceDefinition;
  return {
    ...definition,
    [SERVICE]: {
      ...service,
      Lookup: afterSerializing<LookupResponse>(service['Lookup']!, zeroSecret),
      BatchLookup: afterSerializing<BatchLookupResponse>(service['BatchLookup']!, ({ answers }) =>
        answers?.forEach(zeroSecret),
      ),
    },
  };
}

function afterSerializing<R extends object>(
  method: MethodDefinition<object, object>,
  zero: (response: R) => void,
): MethodDefinition<object, object> {
  const responseSerialize = (response: object): Buffer => {
    try {
      return method.responseSerialize(response);
    } finally {
      zero(response as R);
    }
  };
  return { ...method, responseSerialize };
}
