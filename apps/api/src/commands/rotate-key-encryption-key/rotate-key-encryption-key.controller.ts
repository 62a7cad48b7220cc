import { Controller, HttpCode } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { writeFields } from '../../http/operation/answers.js';
import { Input, Operation, defineOperation } from '../../http/operation/operation.decorator.js';
import type { InputOf } from '../../http/operation/read-input.js';
import { kekStatusFields } from '../../queries/get-key-encryption-keys/key-encryption-keys.response.js';
import { RotateKeyEncryptionKeyCommand } from './rotate-key-encryption-key.command.js';
import { rotateKeyEncryptionKeyRequest } from './rotate-key-encryption-key.request.js';

const OPERATION = defineOperation({
  operation: 'rotateKeyEncryptionKeys',
  tag: 'Key encryption keys',
  summary: 'Wrap all data keys in use by the current key encryption key',
  description:
    'Only asks for it: the work goes on in the background, also after a restart, and lookups are answered meanwhile. When no other key is left the old ones are retired. Asking again changes nothing.',
  body: rotateKeyEncryptionKeyRequest,
  bodyOptional: true,
  example: { reason: 'Yearly rotation' },
  answer: z.strictObject({ ...kekStatusFields, ...writeFields }),
  answerDescription: 'How far it is.',
});

@Controller()
export class RotateKeyEncryptionKeyController {
  constructor(private readonly commands: CommandBus) {}

  @HttpCode(200)
  @Operation(OPERATION)
  rotate(@Input() { request }: InputOf<typeof OPERATION>) {
    return this.commands.execute(new RotateKeyEncryptionKeyCommand(request));
  }
}
