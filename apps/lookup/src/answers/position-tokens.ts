import { comparePositions, encodePosition, type LogPosition } from '@keyward/contracts';

/** Position tokens of one log. The last is kept: many lookups answer as of the same position. */
export class PositionTokens {
  #position: LogPosition | undefined;
  #token = '';

  constructor(private readonly storeId: string) {}

  tokenOf(position: LogPosition): string {
    if (this.#position === undefined || comparePositions(this.#position, position) !== 0) {
      this.#token = encodePosition(this.storeId, position);
      this.#position = { commit: position.commit, prepare: position.prepare };
    }
    return this.#token;
  }
}
