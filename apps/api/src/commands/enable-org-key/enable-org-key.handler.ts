import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { ChangeKeyUseService } from '../key-slots/change-key-use.service.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import { EnableOrgKeyCommand } from './enable-org-key.command.js';

@CommandHandler(EnableOrgKeyCommand)
export class EnableOrgKeyHandler implements ICommandHandler<EnableOrgKeyCommand> {
  constructor(private readonly keys: ChangeKeyUseService) {}

  execute({ slot, request }: EnableOrgKeyCommand): Promise<KeyUseAnswer & WriteAnswer> {
    return this.keys.change('enable', { ...slot, projectId: null }, request);
  }
}
