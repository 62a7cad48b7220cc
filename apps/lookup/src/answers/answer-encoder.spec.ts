import type { ServiceDefinition } from '@grpc/proto-loader';
import { keywardPackageDefinition, type LookupResponse } from '@keyward/contracts';
import fc from 'fast-check';
import { AnswerEncoder, type AnswerKey } from './answer-encoder.js';

const service = keywardPackageDefinition['keyward.v1.EffectiveKeys'] as ServiceDefinition;
const lookup = service['Lookup']!;
const batchLookup = service['BatchLookup']!;

const parts = fc.record({
  source: fc.constantFrom('SOURCE_ORGANIZATION' as const, 'SOURCE_PROJECT' as const),
  version: fc.integer({ min: 1, max: 0xffff_ffff }),
  keyId: fc.string({ minLength: 1, maxLength: 200 }),
  fingerprint: fc.string({ maxLength: 60 }),
  setAt: fc.record({ seconds: fc.integer(), nanos: fc.nat(999_999_999) }),
  lease: fc.record({ seconds: fc.nat(3_600), nanos: fc.constant(0) }),
});
const position = fc.string({ unit: 'binary', maxLength: 200 });
// Long enough that every length takes one, two and three bytes.
const secret = fc.uint8Array({ minLength: 1, maxLength: 20_000 }).map((bytes) => Buffer.from(bytes));

const withKey = fc.record({ parts, secret, position }).map((made): LookupResponse => {
  const key: AnswerKey = { ...made.parts, secret: made.secret, parts: made.parts };
  return { key, position: made.position };
});
const withoutKey = fc.record({
  notConfigured: fc.constantFrom(
    { reason: 'REASON_NOT_SET' as const },
    { reason: 'REASON_DISABLED' as const },
  ),
  position,
});
const response = fc.oneof(withKey, withoutKey);

describe('AnswerEncoder', () => {
  const encoder = new AnswerEncoder((message) => lookup.responseSerialize(message));

  it("encodes any answer so that it reads like the one of the proto's own serializer", () => {
    fc.assert(
      fc.property(response, (answer) => {
        const expected: unknown = lookup.responseDeserialize(lookup.responseSerialize(answer));
        expect(lookup.responseDeserialize(encoder.one(answer))).toEqual(expected);
        // Again, now that the parts are known.
        expect(lookup.responseDeserialize(encoder.one(answer))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('encodes any batch likewise', () => {
    fc.assert(
      fc.property(fc.array(response, { maxLength: 8 }), (answers) => {
        const expected: unknown = batchLookup.responseDeserialize(batchLookup.responseSerialize({ answers }));
        expect(batchLookup.responseDeserialize(encoder.batch(answers))).toEqual(expected);
      }),
    );
  });

  it('knows of a key only what stands beside its bytes: the same parts serve another secret', () => {
    const known = {
      source: 'SOURCE_PROJECT',
      version: 1,
      keyId: 'k',
      fingerprint: 'f',
      setAt: null,
      lease: null,
    } as const;
    for (const text of ['sk-first', 'sk-second']) {
      const key: AnswerKey = { ...known, secret: Buffer.from(text), parts: known };
      const read = lookup.responseDeserialize(encoder.one({ key, position: 'p' }));
      expect(read).toMatchObject({ key: { secret: Buffer.from(text), keyId: 'k' }, position: 'p' });
    }
  });
});
