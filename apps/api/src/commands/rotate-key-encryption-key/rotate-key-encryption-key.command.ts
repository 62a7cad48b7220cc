import { Command } from '@nestjs/cqrs';
import type { WriteRequest } from '../../write-side/write-request.js';
import type { RotationAnswer } from '../../kek-rotation/kek-rotation.service.js';

export class RotateKeyEncryptionKeyCommand extends Command<RotationAnswer> {
  constructor(readonly request: WriteRequest) {
    super();
  }
}
