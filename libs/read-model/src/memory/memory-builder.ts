import { randomUUID } from 'node:crypto';
import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import type { BesideWriter } from '../maintenance/maintenance.port.js';
import { ReadModelLostError } from '../read-model.errors.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { MemoryRecords } from './memory-records.js';

/** What a builder sees of the read model around it. */
export interface Surroundings {
  isUnderWay(builder: MemoryBuilder): boolean;
  isServed(generation: string): boolean;
  servedPosition(): LogPosition;
  serve(builder: MemoryBuilder): void;
}

export const REPLACED = 'holds another generation by now';

/** Fills records beside those that are served, and takes their place when it is told to and as far as they are. */
export class MemoryBuilder implements BesideWriter {
  readonly generation = randomUUID();
  readonly records = new MemoryRecords();
  position: LogPosition = START_OF_LOG;
  private ready = false;

  constructor(private readonly around: Surroundings) {}

  isServed(): Promise<boolean> {
    return Promise.resolve(this.around.isServed(this.generation));
  }

  checkpoint(): Promise<LogPosition> {
    return this.step(() => this.position);
  }

  reset(): Promise<void> {
    return Promise.reject(new ReadModelLostError('is filled from the start already'));
  }

  load(keys: readonly RecordKey[]): Promise<readonly (ReadModelRecord | undefined)[]> {
    return this.step(() => keys.map((key) => this.records.find(key)));
  }

  write(records: readonly ReadModelRecord[], checkpoint: LogPosition): Promise<void> {
    return this.step(() => {
      for (const record of records) this.records.put(record);
      this.advance(checkpoint);
    });
  }

  markReady(): Promise<void> {
    return this.step(() => {
      this.ready = true;
      this.advance(this.position);
    });
  }

  /** Beats for nothing that is served, and so only moves on. */
  heartbeat(position: LogPosition): Promise<void> {
    return this.step(() => this.advance(position));
  }

  private advance(position: LogPosition): void {
    if (comparePositions(position, this.position) > 0) this.position = position;
    if (this.ready && comparePositions(this.position, this.around.servedPosition()) >= 0)
      this.around.serve(this);
  }

  private step<T>(step: () => T): Promise<T> {
    if (!this.around.isUnderWay(this)) return Promise.reject(new ReadModelLostError(REPLACED));
    return Promise.resolve(step());
  }
}
