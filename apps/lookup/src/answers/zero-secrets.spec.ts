import { keywardPackageDefinition } from '@keyward/contracts';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { withSecretsZeroed } from './zero-secrets.js';

const serviceOf = (definition: typeof keywardPackageDefinition) =>
  definition['keyward.v1.EffectiveKeys'] as ServiceDefinition;

describe('withSecretsZeroed', () => {
  const original = serviceOf(keywardPackageDefinition);
  const zeroing = serviceOf(withSecretsZeroed(keywardPackageDefinition));

  it('sends the key and zeroes it afterwards', () => {
    const secret = Buffer.from('sk-once');
    const bytes = zeroing['Lookup']!.responseSerialize({ key: { secret }, position: 'p' });
    expect(original['Lookup']!.responseDeserialize(bytes)).toMatchObject({
      key: { secret: Buffer.from('sk-once') },
    });
    expect(secret.equals(Buffer.alloc(7))).toBe(true);
  });

  it('does so for every answer of a batch, also among answers without a key', () => {
    const secrets = [Buffer.from('sk-one'), Buffer.from('sk-two')];
    const [first, second] = secrets;
    const answers = [
      { key: { secret: first } },
      { notConfigured: { reason: 1 } },
      { key: { secret: second } },
    ];
    zeroing['BatchLookup']!.responseSerialize({ answers });
    expect(secrets.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
  });

  it('zeroes also what could not be serialized', () => {
    const secret = Buffer.from('sk-never-sent');
    expect(() => zeroing['Lookup']!.responseSerialize({ key: { secret, lease: 'no duration' } })).toThrow();
    expect(secret.every((byte) => byte === 0)).toBe(true);
  });

  it('leaves the package definition that it was given as it was', () => {
    const secret = Buffer.from('sk-kept');
    original['Lookup']!.responseSerialize({ key: { secret } });
    expect(secret.toString()).toBe('sk-kept');
  });
});
