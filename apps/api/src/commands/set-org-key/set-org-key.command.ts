import { Command } from '@nestjs/cqrs';
import type { WriteAnswer, WriteRequest } from '../../write-side/write-request.js';
import type { KeySetAnswer } from '../key-slots/key-write.answer.js';
import type { KeyToSet, OrgSlot } from '../key-slots/slots.js';

export class SetOrgKeyCommand extends Command<KeySetAnswer & WriteAnswer> {
  constructor(
    readonly slot: OrgSlot,
    readonly key: KeyToSet,
    readonly request: WriteRequest,
  ) {
    super();
  }
}
