import { MemoryReadModel } from './memory/memory-read-model.js';
import type { ReadModel, ReadModelWriter } from './read-model.port.js';

/** Thrown when the setting KEYWARD_READ_MODEL names no read model. The value is left out: a URL may hold a password. */
export class InvalidReadModelUrlError extends Error {
  readonly code = 'INVALID_SETTING';

  constructor() {
    super("KEYWARD_READ_MODEL must be 'memory:': correct it, or leave it out");
    this.name = 'InvalidReadModelUrlError';
  }
}

/**
 * Opens the read model that a URL names; both sides are one object.
 * @throws InvalidReadModelUrlError
 */
export function openReadModel(url: string): ReadModel & ReadModelWriter {
  if (url !== 'memory:') throw new InvalidReadModelUrlError();
  return new MemoryReadModel();
}
