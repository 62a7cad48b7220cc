import { AuditKeys } from '@keyward/audit';
import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import { hash } from '../reading/audit.response.js';

const OPERATION = defineOperation({
  operation: 'listAuditKeys',
  tag: 'Audit',
  summary: 'Read the public keys that heads of audit logs are signed with',
  description:
    'Whoever verifies needs them over another way than this one: compare them with what an operator tells you before you trust them.',
  answer: z.strictObject({
    items: z.array(
      z.strictObject({
        signingKeyId: hash.describe('As heads name it: SHA-256 of the 32 bytes of the public key.'),
        publicKey: z.string().describe('Ed25519, SubjectPublicKeyInfo in PEM.'),
        signing: z
          .boolean()
          .describe('Whether new heads are signed with it; false: a former key, or the next.'),
      }),
    ),
  }),
  answerDescription: 'Public keys, the signing one first.',
});

@Controller()
export class ListAuditKeysController {
  constructor(private readonly keys: AuditKeys) {}

  @Operation(OPERATION)
  read() {
    const { signer, trusted } = this.keys;
    const items = [...trusted.publicKeys].map(([signingKeyId, publicKey]) => ({
      signingKeyId,
      publicKey,
      signing: signingKeyId === signer.signingKeyId,
    }));
    return { items };
  }
}
