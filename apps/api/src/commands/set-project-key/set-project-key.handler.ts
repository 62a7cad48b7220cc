import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WriteAnswer } from '../../write-side/write-request.js';
import type { KeySetAnswer } from '../key-slots/key-write.answer.js';
import { SetKeyService } from '../key-slots/set-key.service.js';
import { SetProjectKeyCommand } from './set-project-key.command.js';

@CommandHandler(SetProjectKeyCommand)
export class SetProjectKeyHandler implements ICommandHandler<SetProjectKeyCommand> {
  constructor(private readonly keys: SetKeyService) {}

  execute({ slot, key, request }: SetProjectKeyCommand): Promise<KeySetAnswer & WriteAnswer> {
    return this.keys.set(slot, key, request);
  }
}
