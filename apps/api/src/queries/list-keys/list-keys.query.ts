import { Query } from '@nestjs/cqrs';
import type { AsOf } from '../reading/consistent-reader.js';
import type { Standing } from '../reading/standing.js';

/** Every key of an organization and its projects, at a moment (a time or a position) or now. */
export class ListKeysQuery extends Query<Standing & AsOf> {
  constructor(
    readonly organizationId: string,
    readonly at: string | undefined,
  ) {
    super();
  }
}
