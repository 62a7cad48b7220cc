import { KeywardError } from '@keyward/contracts';
import type { LedgerState, RemoteLedger } from '@keyward/audit';
import type { Freshness, History } from '@keyward/history';

const NOW: Freshness = { kind: 'fully_consistent' };
/** For what is not about the newest events. */
export const AS_IT_IS: Freshness = { kind: 'minimize_latency' };

/** The ledger as the event log is now. Longest wait in milliseconds. */
export class AuditLedgerReader {
  constructor(
    private readonly history: Pick<History, 'audit'>,
    private readonly timeoutMs: number,
  ) {}

  /** @throws KeywardError UNAVAILABLE, STALE_READ_MODEL */
  ask<T>(question: (ledger: RemoteLedger) => Promise<T>, freshness: Freshness = NOW): Promise<T> {
    return this.history.audit(freshness, this.timeoutMs, question);
  }

  /** @throws KeywardError UNKNOWN_ORGANIZATION */
  async checkKnown(organizationId: string | null): Promise<void> {
    const { state } = (await this.ask((ledger) => ledger.state(organizationId)))!;
    if (organizationId !== null && state.size === 0) throw unknownOrganization();
  }

  /**
   * The log as it is now, and as it was when it had so many events; null where it has fewer.
   * @throws KeywardError UNKNOWN_ORGANIZATION; AUDIT_LOG_ALTERED where the event log contradicts what was there before
   */
  async log(
    organizationId: string | null,
    sizeBefore: number,
  ): Promise<readonly [LedgerState, LedgerState | null]> {
    const [now, before] = await this.ask((ledger) =>
      Promise.all([ledger.state(organizationId), ledger.state(organizationId, sizeBefore)]),
    );
    if (now!.problem !== null) throw altered(now!.problem);
    if (organizationId !== null && now!.state.size === 0) throw unknownOrganization();
    return [now!, before];
  }
}

/** @param problem what is wrong, as a sentence */
export function altered(problem: string): KeywardError {
  const remedy = 'Nothing is signed until an operator has looked into it: see docs/operations.md.';
  return new KeywardError('AUDIT_LOG_ALTERED', `${problem} ${remedy}`);
}

function unknownOrganization(): KeywardError {
  return new KeywardError(
    'UNKNOWN_ORGANIZATION',
    'There is no such organization. Register it first, or check its id.',
  );
}
