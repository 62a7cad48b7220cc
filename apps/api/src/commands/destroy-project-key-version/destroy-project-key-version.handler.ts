import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DestroyKeyService, type KeyDestroyedAnswer } from '../../shredding/destroy-key.service.js';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { DestroyProjectKeyVersionCommand } from './destroy-project-key-version.command.js';

@CommandHandler(DestroyProjectKeyVersionCommand)
export class DestroyProjectKeyVersionHandler implements ICommandHandler<DestroyProjectKeyVersionCommand> {
  constructor(private readonly keys: DestroyKeyService) {}

  execute({
    slot,
    version,
    request,
  }: DestroyProjectKeyVersionCommand): Promise<KeyDestroyedAnswer & WriteAnswer> {
    return this.keys.onRequest({ slot: slot, version }, request);
  }
}
