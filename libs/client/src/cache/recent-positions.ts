/** Remembers the last positions seen, so that a change which is delivered again is not taken for news. */
export class RecentPositions {
  readonly #seen = new Set<string>();

  constructor(private readonly capacity: number) {}

  /** False when the position was seen before. */
  add(position: string): boolean {
    if (this.#seen.has(position)) return false;
    this.#seen.add(position);
    if (this.#seen.size > this.capacity) {
      for (const oldest of this.#seen) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }

  clear(): void {
    this.#seen.clear();
  }
}
