import type { Command, Reply } from './redis-connection.js';

/** A field that was asked for, and where its value will be. */
export interface Wanted {
  readonly key: string;
  readonly field: string;
  readonly index: number;
}

/** Gathers single fields into one command per hash, each field once. */
export class FieldReads {
  private readonly fieldsOf = new Map<string, Map<string, Wanted>>();
  private readonly values = new Map<string, readonly (string | null)[]>();

  want(key: string, field: string): Wanted {
    let fields = this.fieldsOf.get(key);
    if (!fields) this.fieldsOf.set(key, (fields = new Map<string, Wanted>()));
    let wanted = fields.get(field);
    if (!wanted) fields.set(field, (wanted = { key, field, index: fields.size }));
    return wanted;
  }

  get keys(): string[] {
    return [...this.fieldsOf.keys()];
  }

  commands(): Command[] {
    return [...this.fieldsOf].map(([key, fields]) => ['hmget', key, ...fields.keys()]);
  }

  /** Takes the replies to {@link commands}. */
  take(replies: readonly Reply[]): void {
    this.keys.forEach((key, i) => this.values.set(key, replies[i] as readonly (string | null)[]));
  }

  valueOf({ key, index }: Wanted): string | null {
    return this.values.get(key)?.[index] ?? null;
  }
}
