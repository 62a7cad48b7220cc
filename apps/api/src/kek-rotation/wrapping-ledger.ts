import type { EventFilter, RecordedEvent } from '@keyward/event-store';
import { FINGERPRINT_KEY_PREFIX, KEYRING_STREAM, KEY_MATERIAL_PREFIX, type Envelope } from '@keyward/sealing';

/** All that says which key encryption key wraps what. */
export const WRAPPING_EVENTS: EventFilter = {
  streamPrefixes: [KEYRING_STREAM, KEY_MATERIAL_PREFIX, FINGERPRINT_KEY_PREFIX],
};

/** Which streams hold a data key that another key encryption key wraps than the current one, folded from the log. */
export class WrappingLedger {
  private readonly others = new Set<string>();

  constructor(private readonly currentKekId: string) {}

  get pending(): ReadonlySet<string> {
    return this.others;
  }

  apply({ stream, data }: RecordedEvent): void {
    const { kekId } = (data as { sealed: Envelope }).sealed;
    if (kekId === this.currentKekId) this.others.delete(stream);
    else this.others.add(stream);
  }

  /** Nothing can be done about it yet: others come first. */
  defer(stream: string): void {
    this.others.delete(stream);
    this.others.add(stream);
  }

  /** It is wrapped by the current key now, or needs to be no more. */
  settle(stream: string): void {
    this.others.delete(stream);
  }
}
