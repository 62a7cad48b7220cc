import type { JournalFiles } from './journal-files.port.js';
import { countsOf, keyReadEvents, type KeyReadEvent } from './key-read-events.js';

/** Events that wait for the event log. */
export interface PendingBatch {
  readonly number: number;
  readonly bytes: number;
  /** Milliseconds since 1970. Of what a process before left: when it was found. */
  readonly since: number;
  /** Only where the disk took no file of it. */
  readonly text?: string;
}

/** Where the streams ended when the events were first tried: who tries again finds there whether they came in. */
export type StreamHeads = Readonly<Record<string, string>>;

export interface JournalParts {
  readonly files: JournalFiles;
  readonly clock: { now(): Date };
  readonly ids: { uuid(): string };
}

const DRAFT = /\.draft$/;
const NOTES = /^(\d+)-\d+\.notes$/;
const BATCH = /^(\d+)\.batch$/;
const HEADS = /^(\d+)\.heads$/;

/**
 * What was handed out and is not in the event log yet. `<n>-<m>.notes` has the first hand-out of each minute, a line
 * each, written before the key leaves; `<n>.batch` the counted events that take their place; `<n>.heads` is there once
 * they were tried. A batch is tried only when its notes are gone, so what is in the log is never counted anew.
 */
export class ReadsJournal {
  private readonly waiting: PendingBatch[] = [];
  /** Of the batches that were tried. */
  private readonly triedAt = new Map<number, StreamHeads>();
  private number = 0;
  private noteFile = 0;
  /** With something in them that was confirmed. */
  private noteFiles = new Set<string>();

  private constructor(private readonly parts: JournalParts) {}

  /** Turns what a process noted that died before it could count into events. */
  static async open(parts: JournalParts): Promise<ReadsJournal> {
    const journal = new ReadsJournal(parts);
    await journal.recover();
    return journal;
  }

  /** Oldest first. */
  get pending(): readonly PendingBatch[] {
    return this.waiting;
  }

  get pendingBytes(): number {
    return this.waiting.reduce((bytes, batch) => bytes + batch.bytes, 0);
  }

  /** On disk when it resolves. Not before the note before it is settled. */
  async note(lines: string): Promise<void> {
    const name = `${this.number}-${this.noteFile}.notes`;
    try {
      await this.parts.files.append(name, lines);
      this.noteFiles.add(name);
    } catch (error) {
      // What is there in part must stay behind what was confirmed; where that is nothing, it can go.
      if (!this.noteFiles.has(name)) await this.parts.files.remove([name]).catch(() => undefined);
      this.noteFile += 1;
      throw error;
    }
  }

  /** From now on notes belong to the next batch. Give the answer to {@link seal}, again if that fails. */
  turn(): BatchToSeal {
    const turned = { number: this.number, noteFiles: [...this.noteFiles] };
    this.number += 1;
    this.noteFile = 0;
    this.noteFiles = new Set();
    return turned;
  }

  /** Puts the events where the notes were. */
  async seal(batch: BatchToSeal, events: readonly KeyReadEvent[]): Promise<void> {
    const { files } = this.parts;
    const text = textOf(events);
    if (events.length > 0) await files.write(`${batch.number}.batch`, text);
    await files.remove(batch.noteFiles);
    if (events.length > 0) this.await(batch.number, Buffer.byteLength(text));
  }

  /** Keeps in memory what the disk does not take. */
  async hold(batch: BatchToSeal, events: readonly KeyReadEvent[]): Promise<void> {
    await this.parts.files.remove([`${batch.number}.batch`, ...batch.noteFiles]).catch(() => undefined);
    const text = textOf(events);
    if (events.length > 0) this.await(batch.number, Buffer.byteLength(text), text);
  }

  async read({ number, text }: PendingBatch): Promise<KeyReadEvent[]> {
    const lines = (text ?? (await this.parts.files.read(`${number}.batch`))).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as KeyReadEvent);
  }

  /** Undefined when the batch was never tried. */
  heads({ number }: PendingBatch): StreamHeads | undefined {
    return this.triedAt.get(number);
  }

  /** Before it is tried for the first time. */
  async saveHeads({ number, text }: PendingBatch, heads: StreamHeads): Promise<void> {
    if (text === undefined) await this.parts.files.write(`${number}.heads`, JSON.stringify(heads));
    this.triedAt.set(number, heads);
  }

  /** It is in the event log. */
  async done(batch: PendingBatch): Promise<void> {
    if (batch.text === undefined) {
      await this.parts.files.remove([`${batch.number}.batch`]);
      await this.parts.files.remove([`${batch.number}.heads`]);
    }
    this.triedAt.delete(batch.number);
    this.waiting.splice(this.waiting.indexOf(batch), 1);
  }

  close(): Promise<void> {
    return this.parts.files.close();
  }

  private await(number: number, bytes: number, text?: string): void {
    const since = this.parts.clock.now().getTime();
    this.waiting.push({ number, bytes, since, ...(text !== undefined && { text }) });
  }

  private async recover(): Promise<void> {
    const { files, clock, ids } = this.parts;
    const found = await files.list();
    const numbers = (pattern: RegExp) => found.flatMap(({ name }) => numberIn(pattern, name));
    const batches = new Set(numbers(BATCH));
    const isLeftOver = (name: string): boolean =>
      DRAFT.test(name) || numberIn(HEADS, name).some((number) => !batches.has(number));
    await files.remove(found.map(({ name }) => name).filter(isLeftOver));
    this.number = Math.max(-1, ...numbers(NOTES), ...batches) + 1;
    for (const { name, bytes } of found)
      for (const number of numberIn(BATCH, name)) this.await(number, bytes);
    for (const number of numbers(HEADS)) {
      if (batches.has(number))
        this.triedAt.set(number, JSON.parse(await files.read(`${number}.heads`)) as StreamHeads);
    }
    for (const number of new Set(numbers(NOTES))) {
      const noteFiles = found.map(({ name }) => name).filter((name) => numberIn(NOTES, name)[0] === number);
      if (batches.has(number)) await files.remove(noteFiles);
      else {
        const counts = countsOf(await Promise.all(noteFiles.map((name) => files.read(name))));
        await this.seal({ number, noteFiles }, keyReadEvents(counts, clock.now(), ids, true));
      }
    }
    this.waiting.sort((a, b) => a.number - b.number);
  }
}

export interface BatchToSeal {
  readonly number: number;
  readonly noteFiles: readonly string[];
}

function textOf(events: readonly KeyReadEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

function numberIn(pattern: RegExp, name: string): number[] {
  const found = pattern.exec(name);
  return found ? [Number(found[1])] : [];
}
