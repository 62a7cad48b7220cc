import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { ChangeKeyUseService } from '../key-slots/change-key-use.service.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import { DisableOrgKeyCommand } from './disable-org-key.command.js';

@CommandHandler(DisableOrgKeyCommand)
export class DisableOrgKeyHandler implements ICommandHandler<DisableOrgKeyCommand> {
  constructor(private readonly keys: ChangeKeyUseService) {}

  execute({ slot, request }: DisableOrgKeyCommand): Promise<KeyUseAnswer & WriteAnswer> {
    return this.keys.change('disable', { ...slot, projectId: null }, request);
  }
}
