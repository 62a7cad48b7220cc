import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { KekRotation, type KekStatus } from '../../kek-rotation/kek-rotation.service.js';
import { GetKeyEncryptionKeysQuery } from './get-key-encryption-keys.query.js';

@QueryHandler(GetKeyEncryptionKeysQuery)
export class GetKeyEncryptionKeysHandler implements IQueryHandler<GetKeyEncryptionKeysQuery> {
  constructor(private readonly rotation: KekRotation) {}

  execute(): Promise<KekStatus> {
    return this.rotation.status();
  }
}
