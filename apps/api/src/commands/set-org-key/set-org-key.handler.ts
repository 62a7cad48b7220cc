import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import type { KeySetAnswer } from '../key-slots/key-write.answer.js';
import { SetKeyService } from '../key-slots/set-key.service.js';
import { SetOrgKeyCommand } from './set-org-key.command.js';

@CommandHandler(SetOrgKeyCommand)
export class SetOrgKeyHandler implements ICommandHandler<SetOrgKeyCommand> {
  constructor(private readonly keys: SetKeyService) {}

  execute({ slot, key, request }: SetOrgKeyCommand): Promise<KeySetAnswer & WriteAnswer> {
    return this.keys.set({ ...slot, projectId: null }, key, request);
  }
}
