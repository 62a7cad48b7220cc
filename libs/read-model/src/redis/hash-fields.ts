import type { ReadModelRecord } from '../records.js';
import type { Command, Reply } from './redis-connection.js';

/** A field that was asked for. */
export class WantedField {
  /** Null until it has come, and where there is none. */
  text: string | null = null;
  /** What it holds, once somebody has decoded it: many ask for the same. */
  record: ReadModelRecord | undefined;

  constructor(
    /** Its hash's name. */
    readonly key: string,
    readonly field: string,
  ) {}
}

/** What of one hash is asked for in one command, each field once. */
export class HashFields {
  private readonly fields = new Map<string, WantedField>();

  constructor(readonly key: string) {}

  want(field: string): WantedField {
    let wanted = this.fields.get(field);
    if (!wanted) this.fields.set(field, (wanted = new WantedField(this.key, field)));
    return wanted;
  }

  command(): Command {
    return ['hmget', this.key, ...this.fields.keys()];
  }

  /** Takes the reply to {@link command}. */
  take(reply: Reply): void {
    const values = reply as readonly (string | null)[];
    let index = 0;
    for (const wanted of this.fields.values()) wanted.text = values[index++] ?? null;
  }
}
