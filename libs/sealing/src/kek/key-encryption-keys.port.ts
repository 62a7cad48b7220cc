/** A data key, wrapped, and the id of the key that wrapped it. */
export interface WrappedDataKey {
  readonly kekId: string;
  readonly wrapped: Buffer;
}

/**
 * The keys that wrap data keys. They are kept apart from the event log and its backups; whoever has
 * the log alone has nothing. An adapter may hold them in memory or have a remote service use them.
 */
export abstract class KeyEncryptionKeys {
  /** The id of the key that wraps from now on. */
  abstract currentId(): string;

  abstract has(kekId: string): boolean;

  /**
   * Wraps under the current key. The associated data is bound in: the same is needed to unwrap.
   * The data key stays the caller's, who zeroes it.
   */
  abstract wrap(dataKey: Buffer, associatedData: Buffer): Promise<WrappedDataKey>;

  /**
   * The data key; the caller owns and zeroes it.
   * @throws SealingError UNKNOWN_KEK when no key has this id, WRONG_KEK when another key of this id
   * wrapped it, TAMPERED when the wrapped bytes or the associated data are not those of the wrapping.
   */
  abstract unwrap(kekId: string, wrapped: Buffer, associatedData: Buffer): Promise<Buffer>;

  /**
   * A one-way value of the key itself, safe to store, by which a store recognises a wrong key under
   * a right id before anything is sealed with it.
   * @throws SealingError UNKNOWN_KEK.
   */
  abstract checkValue(kekId: string): Promise<string>;
}
