import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import type { ProjectSlot } from '../key-slots/slots.js';

export class RemoveProjectKeyCommand extends Command<KeyUseAnswer & WriteAnswer> {
  constructor(
    readonly slot: ProjectSlot,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
