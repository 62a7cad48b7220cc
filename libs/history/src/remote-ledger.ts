import { LEDGER_CALLS, type AuditLedger, type LedgerCall, type RemoteLedger } from '@keyward/audit/lean';

export type AskLedger = <C extends LedgerCall>(
  call: C,
  args: Parameters<AuditLedger[C]>,
) => Promise<ReturnType<AuditLedger[C]>>;

/** Every call of a ledger by way of one function. */
export function remoteLedger(ask: AskLedger): RemoteLedger {
  const calls = LEDGER_CALLS.map((call) => [call, (...args: never) => ask(call, args)] as const);
  return Object.fromEntries(calls) as unknown as RemoteLedger;
}
