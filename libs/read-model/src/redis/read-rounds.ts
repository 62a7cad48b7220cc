import { ReadModelLostError, ReadModelUnavailableError } from '../read-model.errors.js';
import type { ReadModelStatus } from '../read-model.port.js';
import type { EvictionCheck } from './eviction-check.js';
import { RedisReplyError } from './guarded-calls.js';
import type { Keys } from './keys.js';
import type { Marks } from './marks.js';
import { META_FIELDS, StatusView, parseMeta, type Floor, type Meta } from './meta.js';
import { RecentRecords, RecordReads } from './record-reads.js';
import type { Command, RedisConnection, Reply } from './redis-connection.js';

export interface RedisParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly marks: Marks;
  readonly eviction: EvictionCheck;
}

export interface Answer<T> {
  readonly status: ReadModelStatus;
  readonly value: T;
}
/** Says what is wanted; what it returns is called when that has come. */
export type Ask<T> = (reads: RecordReads) => () => T;

interface Question {
  readonly ask: Ask<unknown>;
  readonly statusOnly: boolean;
  readonly answered: (answer: Answer<unknown> | undefined) => void;
  readonly failed: (error: unknown) => void;
  attempts: number;
}

interface Seen {
  readonly meta: Meta | undefined;
  readonly status: ReadModelStatus;
  readonly at: number;
}

/** What came of a round: what to give, or undefined where there is no read model. */
type Outcome = 'again' | undefined | { readonly before: ReadModelStatus; readonly after: ReadModelStatus };

const ATTEMPTS = 4;
const MAX_PER_ROUND = 200;
const MAX_WAITING = 10_000;
/** In a Cluster, how old the status that an answer carries may be without being asked for first. */
const RECENT_MS = 50;

/**
 * Puts the questions that come at the same time into one round trip, which is most of what a question
 * costs: with them it asks once what this store is, and last whether all of it is still there.
 */
export class ReadRounds {
  private readonly view = new StatusView();
  private readonly recent = new RecentRecords();
  private waiting: Question[] = [];
  private seen: Seen | undefined;

  constructor(private readonly parts: RedisParts) {}

  bindTo(storeId: string): void {
    this.view.bindTo(storeId);
  }

  /**
   * @returns undefined when there is no read model
   * @throws ReadModelUnavailableError, CorruptRecordError, ReadModelSetupError; by rejection
   */
  ask<T>(ask: Ask<T>, statusOnly = false): Promise<Answer<T> | undefined> {
    return new Promise((resolve, failed) => {
      const answered = resolve as Question['answered'];
      if (this.waiting.length >= MAX_WAITING) failed(new ReadModelUnavailableError('is overloaded'));
      else this.put({ ask, statusOnly, answered, failed, attempts: 0 });
    });
  }

  private put(question: Question): void {
    if (this.waiting.push(question) === 1) setImmediate(() => this.send());
  }

  private send(): void {
    const all = this.waiting;
    this.waiting = [];
    for (let from = 0; from < all.length; from += MAX_PER_ROUND)
      void this.serve(all.slice(from, from + MAX_PER_ROUND));
  }

  private async serve(questions: readonly Question[]): Promise<void> {
    try {
      await this.parts.eviction.beforeUse();
      await this.round(questions);
    } catch (error) {
      // Redis refused one command, as for a key of another type: the other questions have nothing to do with it.
      if (error instanceof RedisReplyError && questions.length > 1)
        for (const question of questions) void this.serve([question]);
      else for (const { failed } of questions) failed(error);
    }
  }

  private async round(questions: readonly Question[]): Promise<void> {
    const before = await this.before();
    if (!before.meta) return answerAll(questions, undefined);
    const reads = new RecordReads(before.meta.visible.id, this.parts.keys, this.recent);
    const results = questions.map(({ ask }) => ask(reads));
    const outcome = await this.read(
      before,
      reads,
      questions.some(({ statusOnly }) => statusOnly),
    );
    if (outcome === undefined) return answerAll(questions, undefined);
    questions.forEach((question, i) => {
      if (outcome === 'again') this.again(question, 'changed too often while it was read');
      else this.answer(question, results[i]!, outcome, reads.generation);
    });
  }

  private answer(
    question: Question,
    result: () => unknown,
    { before, after }: Exclude<Outcome, 'again' | undefined>,
    generation: string,
  ): void {
    const status = this.parts.connection.isSingle || question.statusOnly ? after : before;
    try {
      question.answered({ status, value: result() });
    } catch (error) {
      if (!(error instanceof ReadModelLostError)) return question.failed(error);
      // Two hashes that do not fit together may just be being written.
      if (!this.again(question, 'lost records, as by eviction, and has to be built anew'))
        this.giveUp(generation);
    }
  }

  /** False when that was its last attempt. */
  private again(question: Question, problem: string): boolean {
    question.attempts += 1;
    const isLast = question.attempts >= ATTEMPTS;
    if (isLast) question.failed(new ReadModelUnavailableError(problem));
    else this.put(question);
    return !isLast;
  }

  /**
   * The projector would not find out while nothing is written where records are gone. Without the mark its next beat
   * does, and nobody is answered from what else may be gone.
   */
  private giveUp(generation: string): void {
    const { connection, marks, keys } = this.parts;
    const [mark] = marks.of(generation, [keys.meta]);
    // Denied to this user, or out of reach: the next question finds the same.
    connection.run([['unlink', mark!]]).catch(() => undefined);
  }

  private async read(before: Seen, reads: RecordReads, ofAllNodes: boolean): Promise<Outcome> {
    const { marks, connection, keys } = this.parts;
    const generation = reads.generation;
    const commands = reads.commands();
    const wanted = new Set(marks.of(generation, [keys.meta, ...reads.hashKeys]));
    if (ofAllNodes) marks.perNode(generation).forEach((mark) => wanted.add(mark));
    // The marks last: if they are there then, nothing of this generation was gone before.
    const checks = [...wanted].map((mark): Command => ['exists', mark]);
    const floor = this.view.floor();
    const [metaReply, ...replies] = await connection.run([this.metaCommand(), ...commands, ...checks]);
    const after = this.take(metaReply!, floor);
    if (after.meta?.visible.id !== generation) return after.meta && 'again';
    if (replies.slice(commands.length).some((exists) => exists !== 1)) return undefined;
    reads.take(replies);
    return { before: before.status, after: after.status };
  }

  /**
   * What is known before a question is sent. In a single Redis that is only which generation to ask, as
   * the status comes first with the answer. In a Cluster the status may come from another node than the
   * records and be newer than they are, so the one from before is given; a recent one will do.
   */
  private async before(): Promise<Seen> {
    const { seen } = this;
    const fits = this.parts.connection.isSingle || (seen && performance.now() - seen.at < RECENT_MS);
    return seen?.meta && fits ? seen : this.readMeta();
  }

  private async readMeta(): Promise<Seen> {
    const floor = this.view.floor();
    const [reply] = await this.parts.connection.run([this.metaCommand()]);
    return this.take(reply!, floor);
  }

  private metaCommand(): Command {
    return ['hmget', this.parts.keys.meta, ...META_FIELDS];
  }

  private take(reply: Reply, floor: Floor): Seen {
    const meta = parseMeta(reply as readonly (string | null)[]);
    return (this.seen = { meta, status: this.view.of(meta, floor), at: performance.now() });
  }
}

function answerAll(questions: readonly Question[], answer: undefined): void {
  for (const { answered } of questions) answered(answer);
}
