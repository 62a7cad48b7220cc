import { randomUUID } from 'node:crypto';

/** Where new identifiers come from; injected so that tests can name them beforehand. */
export abstract class Ids {
  /** A random UUID (version 4), lower case. */
  abstract uuid(): string;
}

export class SystemIds extends Ids {
  uuid(): string {
    return randomUUID();
  }
}
