import { randomBytes } from 'node:crypto';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { CorruptRecordError, NOT_BOUND, ReadModelLostError } from '../read-model.errors.js';
import type { BesideWriter } from '../maintenance/maintenance.port.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { RedisReplyError } from './guarded-calls.js';
import { META_FIELDS, parseMeta, writePosition, type Generation, type Meta } from './meta.js';
import { RECORD_FORMAT } from './record-codec.js';
import { RecentRecords, RecordReads } from './record-reads.js';
import { RecordWrites } from './record-writes.js';
import type { Command } from './redis-connection.js';
import type { RedisParts } from './read-rounds.js';
import { retireGenerations } from './retire-generations.js';
import { BEGIN, DROP_BESIDE, REFUSALS, WRITE } from './scripts.js';

type Act = 'beat' | 'ready' | '';

/** The generation that a writer fills, and how far it knows it to be. */
interface Bound {
  readonly generation: string;
  position: LogPosition;
}

const BATCH = 500;
const MARKS_AT_ONCE = 2_000;
const LOAD_ATTEMPTS = 3;
const ANY = '*';
const NOTHING = '';

/**
 * The writing side over Redis. Bound to one generation: what it writes is refused once that is no
 * longer there, or has gone back behind what this writer knows.
 */
export class RedisWriter implements BesideWriter {
  private readonly recent = new RecentRecords();
  private bound: Bound | undefined;
  /** What was there when this writer last looked, so that it does not begin anew what another has begun since. */
  private seen = ANY;

  constructor(
    private readonly parts: RedisParts,
    /** Fills a second generation while the first is being served. */
    private readonly beside = false,
  ) {}

  async checkpoint(storeId: string): Promise<LogPosition | null> {
    await this.parts.eviction.beforeUse();
    const meta = await this.readMeta();
    const generation = this.look(meta);
    if (!generation || meta?.storeId !== storeId) return null;
    if (!(await this.isWhole(generation.id))) return null;
    this.bound = { generation: generation.id, position: generation.position };
    // Left over where the process that replaced it ended before it was done.
    this.retire();
    return generation.position;
  }

  private look(meta: Meta | undefined): Generation | undefined {
    const generation = this.beside ? this.ownIn(meta) : meta?.visible;
    this.bound = undefined;
    return generation;
  }

  /** One that fills a second generation never turns to another: it would begin what is served anew. */
  private ownIn(meta: Meta | undefined): Generation {
    const own = [meta?.build, meta?.live].find((generation) => generation?.id === this.bound?.generation);
    if (own) return own;
    throw new ReadModelLostError(REFUSALS.KWREPLACED);
  }

  async reset(storeId: string): Promise<void> {
    await this.parts.eviction.beforeUse();
    const { connection, keys, marks } = this.parts;
    const generation = randomBytes(5).toString('hex');
    const era = randomBytes(8).toString('hex');
    const args = [
      RECORD_FORMAT,
      storeId,
      era,
      generation,
      this.beside ? ANY : this.seen,
      this.beside ? 'beside' : '',
    ];
    await this.refusable(() => connection.eval(BEGIN, [keys.meta, keys.retired], args));
    await this.inBatches(marks.all(generation).map((mark) => ['set', mark, '1']));
    this.bound = { generation, position: START_OF_LOG };
    if (!this.beside) this.seen = generation;
  }

  /** Of one that fills a second generation. */
  get generation(): string {
    return this.mustBeBound().generation;
  }

  async isServed(): Promise<boolean> {
    return (await this.readMeta())?.live?.id === this.generation;
  }

  /** Goes on filling a second generation. @throws ReadModelLostError when it is no more */
  async resume(storeId: string, generation: string): Promise<void> {
    this.bound = { generation, position: START_OF_LOG };
    if ((await this.checkpoint(storeId)) === null) throw new ReadModelLostError(REFUSALS.KWLOST);
  }

  async dropBeside(except: string | null): Promise<void> {
    const { connection, keys } = this.parts;
    if ((await connection.eval(DROP_BESIDE, [keys.meta, keys.retired], [except ?? ''])) === 1) this.retire();
  }

  async load(recordKeys: readonly RecordKey[]): Promise<readonly (ReadModelRecord | undefined)[]> {
    const { generation } = this.mustBeBound();
    await this.parts.eviction.beforeUse();
    return this.refusable(async () => {
      // Hashes that do not fit together may just be being written, by another projector.
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.read(generation, recordKeys);
        } catch (error) {
          if (!(error instanceof ReadModelLostError) || attempt === LOAD_ATTEMPTS) throw error;
        }
      }
    });
  }

  private async read(generation: string, recordKeys: readonly RecordKey[]) {
    const { connection, keys, marks } = this.parts;
    const reads = new RecordReads(generation, keys, this.recent);
    const wanted = recordKeys.map((key) => reads.record(key));
    const commands = reads.commands();
    const checks = marks.of(generation, reads.hashKeys).map((mark): Command => ['exists', mark]);
    const replies = await connection.run([...commands, ...checks]);
    if (replies.slice(commands.length).some((exists) => exists !== 1))
      throw new ReadModelLostError(REFUSALS.KWLOST);
    reads.take(replies);
    return wanted.map((record) => reads.valueOf(record));
  }

  async write(records: readonly ReadModelRecord[], checkpoint: LogPosition): Promise<void> {
    const bound = this.mustBeBound();
    await this.parts.eviction.beforeUse();
    const writes = new RecordWrites(bound.generation, this.parts);
    if (!this.parts.connection.isSingle) {
      // Values first: a checkpoint must never be ahead of them, and to write them again is harmless.
      await this.refusable(() => writes.writeAlone(records, BATCH));
      return this.advance(bound, [], checkpoint, '');
    }
    const head = Math.max(0, records.length - BATCH);
    await this.refusable(() => writes.writeAlone(records.slice(0, head), BATCH));
    return this.advance(bound, records.slice(head), checkpoint, '');
  }

  async markReady(): Promise<void> {
    const bound = this.mustBeBound();
    await this.advance(bound, [], bound.position, 'ready');
  }

  async heartbeat(position: LogPosition): Promise<void> {
    const bound = this.mustBeBound();
    await this.parts.eviction.beforeUse();
    if (!this.parts.connection.isSingle) await this.mustBeOnEveryNode(bound.generation);
    await this.advance(bound, [], position, 'beat');
  }

  private async advance(
    bound: Bound,
    records: readonly ReadModelRecord[],
    position: LogPosition,
    act: Act,
  ): Promise<void> {
    const { keys, marks, connection } = this.parts;
    const { generation } = bound;
    const writes = new RecordWrites(generation, this.parts);
    const [mark] = marks.of(generation, [keys.meta]);
    const known = writePosition(bound.position);
    const switched = await this.refusable(() =>
      connection.eval(
        WRITE,
        [mark!, keys.meta, keys.retired, ...writes.keysOf(records)],
        [generation, known, writePosition(position), act, ...writes.argsOf(records)],
      ),
    );
    if (comparePositions(position, bound.position) > 0) bound.position = position;
    if (switched === 1) this.retire();
  }

  /** In the background: a large generation takes a while, and the projector has to go on. */
  private retire(): void {
    retireGenerations(this.parts).catch(() => undefined);
  }

  /** Turns what the store refuses for good into what the projector goes by. */
  private async refusable<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isDamage(error)) await this.giveUp();
      throw asLost(error);
    }
  }

  /** Records are missing or cannot be read: without its marks nobody takes this generation for whole any more. */
  private async giveUp(): Promise<void> {
    const { bound } = this;
    this.bound = undefined;
    if (bound) await this.inBatches(this.parts.marks.all(bound.generation).map((mark) => ['unlink', mark]));
  }

  private async readMeta(): Promise<Meta | undefined> {
    const { connection, keys } = this.parts;
    try {
      const [reply] = await connection.run([['hmget', keys.meta, ...META_FIELDS]]);
      const values = reply as readonly (string | null)[];
      this.seen = values.every((value) => value === null) ? NOTHING : ANY;
      const meta = parseMeta(values);
      if (meta) this.seen = meta.visible.id;
      return meta;
    } catch (error) {
      // Not written by a Keyward: foreign, like another log's.
      if (error instanceof CorruptRecordError || isWrongType(error)) return undefined;
      throw error;
    }
  }

  private async isWhole(generation: string): Promise<boolean> {
    const { connection, marks } = this.parts;
    const commands = marks.all(generation).map((mark): Command => ['exists', mark]);
    for (let from = 0; from < commands.length; from += MARKS_AT_ONCE) {
      const exist = await connection.run(commands.slice(from, from + MARKS_AT_ONCE));
      if (exist.some((exists) => exists !== 1)) return false;
    }
    return true;
  }

  private async mustBeOnEveryNode(generation: string): Promise<void> {
    const { connection, marks } = this.parts;
    const exist = await connection.run(marks.perNode(generation).map((mark) => ['exists', mark]));
    if (exist.some((exists) => exists !== 1)) throw new ReadModelLostError(REFUSALS.KWLOST);
  }

  private async inBatches(commands: readonly Command[]): Promise<void> {
    for (let from = 0; from < commands.length; from += MARKS_AT_ONCE)
      await this.parts.connection.run(commands.slice(from, from + MARKS_AT_ONCE));
  }

  private mustBeBound(): Bound {
    if (this.bound) return this.bound;
    throw new ReadModelLostError(NOT_BOUND);
  }
}

function asLost(error: unknown): unknown {
  if (error instanceof CorruptRecordError || isWrongType(error))
    return new ReadModelLostError(REFUSALS.KWLOST);
  if (!(error instanceof RedisReplyError)) return error;
  const refusal = Object.entries(REFUSALS).find(([code]) => error.reply.includes(code));
  return refusal ? new ReadModelLostError(refusal[1]) : error;
}

function isDamage(error: unknown): boolean {
  if (error instanceof CorruptRecordError || error instanceof ReadModelLostError || isWrongType(error))
    return true;
  return error instanceof RedisReplyError && error.reply.includes('KWLOST');
}

function isWrongType(error: unknown): boolean {
  return error instanceof RedisReplyError && error.reply.includes('WRONGTYPE');
}
