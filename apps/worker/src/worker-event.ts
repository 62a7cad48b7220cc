import type { ChangeEvent } from '@keyward/client';

interface ForKey {
  readonly project: string;
  readonly integration: string;
}

/** Which key was used. */
interface UsedKey {
  readonly mask: string;
  readonly source: 'organization' | 'project';
  readonly version: number;
}

/** Why something failed: a stable code and a sentence. */
export interface Failure {
  readonly code: string;
  readonly detail: string;
}

/** How one piece of work ended. The middle three are three different things. */
export type Outcome = ForKey &
  (
    | ({ readonly event: 'called'; readonly vendorSaw: VendorAnswer } & UsedKey)
    /** There is no key, and Keyward says why: work for this project waits until somebody sets one. */
    | { readonly event: 'not_configured'; readonly reason: 'not_set' | 'disabled' }
    /** Keyward did not answer. There may well be a key. */
    | ({ readonly event: 'unavailable' } & Failure)
    /** Keyward does not let us: a token or a name has to be put right. */
    | ({ readonly event: 'refused' } & Failure)
    | ({ readonly event: 'vendor_failed' } & UsedKey & Failure)
  );

/** What the vendor says it was sent. */
export interface VendorAnswer {
  readonly mask: string;
  readonly fingerprint: string;
}

/** All that the worker tells. Never holds key bytes. */
export type WorkerEvent =
  | {
      readonly event: 'started';
      readonly organization: string;
      readonly keyward: string;
      readonly vendor: string;
    }
  /** One piece of work is done; the next follows after `nextInMs`, or at once when a change is told. */
  | (Outcome & { readonly nextInMs: number })
  | {
      readonly event: 'told';
      readonly change: ChangeEvent['change'];
      /** Null: the organization's slot. */
      readonly slot: string | null;
      readonly integration: string;
      readonly version: number;
    }
  | { readonly event: 'told_to_ask_again' }
  | { readonly event: 'watching' }
  | ({ readonly event: 'watch_lost' } & Failure)
  | ({ readonly event: 'watch_refused' } & Failure)
  | { readonly event: 'stopped' };
