import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';

const SERVICE = 'keyward.v1.KeyChanges';

/**
 * The package definition with a Watch whose messages are encoded once, however many watchers get the
 * same one: the hub hands all of them the same object.
 */
export function withSharedEncoding(definition: PackageDefinition): PackageDefinition {
  const service = definition[SERVICE] as ServiceDefinition;
  const watch = service['Watch']!;
  const encoded = new WeakMap<object, Buffer>();
  const responseSerialize = (message: object): Buffer => {
    const known = encoded.get(message);
    if (known) return known;
    const bytes = watch.responseSerialize(message);
    encoded.set(message, bytes);
    return bytes;
  };
  return { ...definition, [SERVICE]: { ...service, Watch: { ...watch, responseSerialize } } };
}
