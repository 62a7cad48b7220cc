import { AuditKeys } from '@keyward/audit';
import { EventStore } from '@keyward/event-store';
import { History } from '@keyward/history';
import { Clock } from '@keyward/runtime';
import type { Provider } from '@nestjs/common';
import type { ApiSettings } from '../api.settings.js';
import { DurableAppender } from '../write-side/durable-appender.js';
import { AuditExports } from './audit-exports.js';
import { AuditLedgerReader } from './audit-ledger-reader.js';
import { HeadChains } from './head-chains.js';

/** What signs and proves the audit logs; {@link AuditExports} is where exports are made of. */
export function auditProviders({ KEYWARD_HTTP_CONSISTENCY_TIMEOUT: timeoutMs }: ApiSettings): Provider[] {
  return [
    {
      provide: AuditLedgerReader,
      inject: [History],
      useFactory: (history: History) => new AuditLedgerReader(history, timeoutMs),
    },
    {
      provide: HeadChains,
      inject: [EventStore, AuditLedgerReader, AuditKeys, DurableAppender, Clock],
      // eslint-disable-next-line max-params -- what Nest injects comes one by one
      useFactory: (
        events: EventStore,
        ledger: AuditLedgerReader,
        keys: AuditKeys,
        appender: DurableAppender,
        clock: Clock,
      ) => new HeadChains({ events, ledger, keys, appender, clock }),
    },
    {
      provide: AuditExports,
      inject: [EventStore, AuditLedgerReader, HeadChains, AuditKeys, Clock],
      // eslint-disable-next-line max-params -- what Nest injects comes one by one
      useFactory: (
        events: EventStore,
        ledger: AuditLedgerReader,
        chains: HeadChains,
        keys: AuditKeys,
        clock: Clock,
      ) => new AuditExports({ events, ledger, chains, keys, clock }),
    },
  ];
}
