import type { status } from '@grpc/grpc-js';

/** What goes wrong with an append. All but `never_answers`, `fails` and `not_leader` write it first. */
export type AppendFault =
  /** Takes it, writes nothing, says nothing. */
  | { readonly kind: 'never_answers' }
  /** Writes it, and the reply is lost. */
  | { readonly kind: 'drops_the_reply' }
  /** Writes it, and ends the call in good order without a reply. */
  | { readonly kind: 'half_closes' }
  /** Writes it, and answers once `until` resolves. */
  | { readonly kind: 'answers_late'; readonly until: Promise<void> }
  /** Writes it, and the call fails with this status. */
  | { readonly kind: 'fails_after_the_commit'; readonly code: status }
  /** Writes nothing, and the call fails with this status (PERMISSION_DENIED: a read-only database or user). */
  | { readonly kind: 'fails'; readonly code: status }
  /** Writes nothing, and names the leader. */
  | { readonly kind: 'not_leader'; readonly leaderPort: number };

/** Faults on demand. What is not set works. */
export class Faults {
  /** Reads and head reads are taken and never answered. */
  stallsReads = false;
  /** Reads give everything and stay open. */
  leavesReadsOpen = false;
  /** Subscriptions stay open and give nothing more. */
  stallsSubscriptions = false;
  /** Before every event of a subscription comes a checkpoint far beyond it, asked for or not. */
  sendsCheckpointsAhead = false;
  /** Servers before version 23 never say that a subscription is caught up. */
  saysCaughtUp = true;
  private append: AppendFault | undefined;
  private left = 0;

  /** The next `times` appends, over either method, meet the fault. */
  failAppends(fault: AppendFault, times = Number.POSITIVE_INFINITY): void {
    this.append = fault;
    this.left = times;
  }

  healAppends(): void {
    this.append = undefined;
  }

  /** For the server: the fault that this append meets. */
  takeAppendFault(): AppendFault | undefined {
    if (this.left === 0) this.append = undefined;
    this.left -= 1;
    return this.append;
  }
}
