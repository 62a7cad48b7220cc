import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DestroyKeyService, type KeyDestroyedAnswer } from '../../shredding/destroy-key.service.js';
import type { WriteAnswer } from '../../write-side/write-request.js';
import { DestroyOrgKeyVersionCommand } from './destroy-org-key-version.command.js';

@CommandHandler(DestroyOrgKeyVersionCommand)
export class DestroyOrgKeyVersionHandler implements ICommandHandler<DestroyOrgKeyVersionCommand> {
  constructor(private readonly keys: DestroyKeyService) {}

  execute({
    slot,
    version,
    request,
  }: DestroyOrgKeyVersionCommand): Promise<KeyDestroyedAnswer & WriteAnswer> {
    return this.keys.onRequest({ slot: { ...slot, projectId: null }, version }, request);
  }
}
