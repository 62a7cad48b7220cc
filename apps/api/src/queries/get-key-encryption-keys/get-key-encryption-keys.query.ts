import { Query } from '@nestjs/cqrs';
import type { KekStatus } from '../../kek-rotation/kek-rotation.service.js';

/** Which key encryption keys there are, and what is left to wrap by the current one. */
export class GetKeyEncryptionKeysQuery extends Query<KekStatus> {}
