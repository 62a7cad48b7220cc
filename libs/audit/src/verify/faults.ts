/** What can be wrong with an export. Part of the documented format: docs/audit-format.md explains each. */
export const FAULT_CODES = [
  'no_header',
  'garbage',
  'missing_event',
  'repeated_event',
  'broken_link',
  'foreign_event',
  'wrong_log',
  'unknown_signing_key',
  'bad_signature',
  'fork',
  'broken_head_chain',
  'misplaced_head',
  'root_mismatch',
  'after_end',
  'cut_tail',
  'head_before_range',
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** `heads`: the file of saved heads. */
export type VerifiedFile = 'export' | 'heads';

export interface Fault {
  readonly file: VerifiedFile;
  /** 1 is the first. */
  readonly line: number;
  readonly code: FaultCode;
  /** A sentence. It holds numbers, hashes and times, and nothing else of what was read. */
  readonly detail: string;
}

/** As many are told; the rest is counted, so that memory stays flat. */
const MAX_TOLD = 100;

export class FaultList {
  readonly told: Fault[] = [];
  count = 0;

  add(fault: Fault): void {
    this.count += 1;
    if (this.told.length < MAX_TOLD) this.told.push(fault);
  }
}
