import { Command } from '@nestjs/cqrs';
import type { KeyDestroyedAnswer } from '../../shredding/destroy-key.service.js';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { ProjectSlot } from '../key-slots/slots.js';

export class DestroyProjectKeyVersionCommand extends Command<KeyDestroyedAnswer & WriteAnswer> {
  constructor(
    readonly slot: ProjectSlot,
    readonly version: number,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
