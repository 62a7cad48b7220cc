/**
 * Lets the writes to one stream go one after another, in this process: side by side all but one
 * would lose their work to a wrong expected revision, again and again. Writes of other processes are
 * still met by that revision. Streams do not wait for each other.
 */
export class StreamTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(stream) ?? Promise.resolve()).then(work);
    // How it ended is its caller's business; the next one only waits for the end.
    const ended = turn.catch(() => undefined);
    this.last.set(stream, ended);
    void ended.then(() => {
      if (this.last.get(stream) === ended) this.last.delete(stream);
    });
    return turn;
  }
}
