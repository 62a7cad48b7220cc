import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { ChangeKeyUseService } from '../key-slots/change-key-use.service.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import { RemoveOrgKeyCommand } from './remove-org-key.command.js';

@CommandHandler(RemoveOrgKeyCommand)
export class RemoveOrgKeyHandler implements ICommandHandler<RemoveOrgKeyCommand> {
  constructor(private readonly keys: ChangeKeyUseService) {}

  execute({ slot, request }: RemoveOrgKeyCommand): Promise<KeyUseAnswer & WriteAnswer> {
    return this.keys.change('remove', { ...slot, projectId: null }, request);
  }
}
