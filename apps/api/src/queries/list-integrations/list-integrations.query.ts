import type { Integration } from '@keyward/domain';
import { Query } from '@nestjs/cqrs';

/** The catalogue. */
export class ListIntegrationsQuery extends Query<readonly Integration[]> {}
