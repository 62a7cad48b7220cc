import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import type { BatchLookupResponse, LookupResponse } from '@keyward/contracts';
import { AnswerEncoder } from './answer-encoder.js';

const SERVICE = 'keyward.v1.EffectiveKeys';

/** Overwrites the key bytes in an answer that is not needed any more. */
export function zeroSecret({ key }: LookupResponse): void {
  if (key?.secret instanceof Uint8Array) key.secret.fill(0);
}

/**
 * The same package, with answers encoded by the {@link AnswerEncoder} and zeroed right after: no
 * sooner, or workers would get zeroes, and no later, so that opened keys do not wait in the heap for
 * the garbage collector. The encoded copies belong to gRPC and to the operating system and are out
 * of reach.
 */
export function withSecretsZeroed(definition: PackageDefinition): PackageDefinition {
  const service = definition[SERVICE] as ServiceDefinition;
  const lookup = service['Lookup']!;
  const batchLookup = service['BatchLookup']!;
  const encoder = new AnswerEncoder((response) => lookup.responseSerialize(response));
  return {
    ...definition,
    [SERVICE]: {
      ...service,
      Lookup: {
        ...lookup,
        responseSerialize: (response: LookupResponse) => encodeAndZero(encoder, response),
      },
      BatchLookup: {
        ...batchLookup,
        responseSerialize: (response: BatchLookupResponse) => encodeAndZeroBatch(encoder, response),
      },
    },
  };
}

function encodeAndZero(encoder: AnswerEncoder, response: LookupResponse): Buffer {
  try {
    return encoder.one(response);
  } finally {
    zeroSecret(response);
  }
}

function encodeAndZeroBatch(encoder: AnswerEncoder, { answers = [] }: BatchLookupResponse): Buffer {
  try {
    return encoder.batch(answers);
  } finally {
    for (const answer of answers) zeroSecret(answer);
  }
}
