import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { ChangeKeyUseService } from '../key-slots/change-key-use.service.js';
import type { KeyUseAnswer } from '../key-slots/key-write.answer.js';
import { RemoveProjectKeyCommand } from './remove-project-key.command.js';

@CommandHandler(RemoveProjectKeyCommand)
export class RemoveProjectKeyHandler implements ICommandHandler<RemoveProjectKeyCommand> {
  constructor(private readonly keys: ChangeKeyUseService) {}

  execute({ slot, request }: RemoveProjectKeyCommand): Promise<KeyUseAnswer & WriteAnswer> {
    return this.keys.change('remove', slot, request);
  }
}
