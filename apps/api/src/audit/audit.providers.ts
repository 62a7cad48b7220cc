import { AuditKeys, type AuditSettings } from '@keyward/audit';
import { EventStore } from '@keyward/event-store';
import { History } from '@keyward/history';
import { Clock, HealthRegistry, Metrics, Supervisor } from '@keyward/runtime';
import type { Provider } from '@nestjs/common';
import type { ApiSettings } from '../api.settings.js';
import { DurableAppender } from '../write-side/durable-appender.js';
import { AuditExports } from './audit-exports.js';
import { AuditLedgerReader } from './audit-ledger-reader.js';
import { AuditProofs } from './audit-proofs.js';
import { AuditRounds } from './audit-rounds.service.js';
import { HeadChains } from './head-chains.js';

export type AuditedApiSettings = ApiSettings & AuditSettings;

/** What signs and proves the audit logs; {@link AuditExports} is where exports are made of. */
export function auditProviders(settings: AuditedApiSettings): Provider[] {
  const timeoutMs = settings.KEYWARD_HTTP_CONSISTENCY_TIMEOUT;
  return [
    {
      provide: AuditLedgerReader,
      inject: [History],
      useFactory: (history: History) => new AuditLedgerReader(history, timeoutMs),
    },
    {
      provide: HeadChains,
      inject: [EventStore, AuditLedgerReader, AuditKeys, DurableAppender, Clock, Metrics],
      // eslint-disable-next-line max-params -- what Nest injects comes one by one
      useFactory: (
        events: EventStore,
        ledger: AuditLedgerReader,
        keys: AuditKeys,
        appender: DurableAppender,
        clock: Clock,
        metrics: Metrics,
      ) => new HeadChains({ events, ledger, keys, appender, clock, metrics }),
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
    {
      provide: AuditProofs,
      inject: [EventStore, AuditLedgerReader],
      useFactory: (events: EventStore, ledger: AuditLedgerReader) => new AuditProofs(events, ledger),
    },
    {
      provide: AuditRounds,
      inject: [EventStore, AuditLedgerReader, HeadChains, Clock, Supervisor, HealthRegistry, Metrics],
      // eslint-disable-next-line max-params -- as above
      useFactory: (
        events: EventStore,
        ledger: AuditLedgerReader,
        chains: HeadChains,
        clock: Clock,
        supervisor: Supervisor,
        health: HealthRegistry,
        metrics: Metrics,
      ) => new AuditRounds({ settings, events, ledger, chains, clock, supervisor, health, metrics }),
    },
  ];
}
