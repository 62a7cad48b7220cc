import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { KekRotation, type RotationAnswer } from '../../kek-rotation/kek-rotation.service.js';
import { RotateKeyEncryptionKeyCommand } from './rotate-key-encryption-key.command.js';

@CommandHandler(RotateKeyEncryptionKeyCommand)
export class RotateKeyEncryptionKeyHandler implements ICommandHandler<RotateKeyEncryptionKeyCommand> {
  constructor(private readonly rotation: KekRotation) {}

  execute({ request }: RotateKeyEncryptionKeyCommand): Promise<RotationAnswer> {
    return this.rotation.request(request);
  }
}
