import type { HistoryEntry, HistoryQuery } from '@keyward/history';
import { Query } from '@nestjs/cqrs';
import type { AsOf, Requirement } from '../reading/consistent-reader.js';

export interface HistoryOf {
  readonly entries: readonly HistoryEntry[];
  /** Whether there are entries after the last of these. */
  readonly more: boolean;
}

/** What happened in an organization. */
export class ReadHistoryQuery extends Query<HistoryOf & AsOf> {
  constructor(
    readonly wanted: HistoryQuery,
    readonly requirement: Requirement,
  ) {
    super();
  }
}
