import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import type { OrgSlot } from '../key-slots/slots.js';

export class EnableOrgKeyCommand extends Command<KeyUseAnswer & WriteAnswer> {
  constructor(
    readonly slot: OrgSlot,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
