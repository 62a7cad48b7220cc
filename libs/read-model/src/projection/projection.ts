import type { EventStore, RecordedEvent } from '@keyward/event-store';
import type { ReadModelWriter } from '../read-model.port.js';
import type { ReadModelRecord, RecordKey } from '../records.js';
import { evolveRecord } from './evolve-record.js';
import { KeyMaterials } from './key-materials.js';
import { readProjectedEvent, type ProjectedEvent } from './projected-event.js';
import { ProjectionError } from './projection.errors.js';

export interface ProjectionOptions {
  readonly writer: Pick<ReadModelWriter, 'load' | 'write'>;
  /** Where to look what a batch alone does not tell. */
  readonly events: Pick<EventStore, 'readStream'>;
  /** How many sealed keys are remembered until the event that names them comes. @defaultValue 1000 */
  readonly recentKeys?: number;
}

/** One record while a batch is applied to it. */
interface Touched {
  readonly key: RecordKey;
  readonly loaded: ReadModelRecord | undefined;
  current: ReadModelRecord | undefined;
}

const NO_REVISION = -1n;

/** Applies the log to the read model, batch by batch. Any suffix of the log may be applied again. */
export class Projection {
  private readonly materials: KeyMaterials;

  constructor(private readonly options: ProjectionOptions) {
    this.materials = new KeyMaterials(options.events, options.recentKeys ?? 1_000);
  }

  /**
   * Applies events in log order: loads what they touch, evolves it, and writes each record once,
   * together with the checkpoint.
   * @throws ProjectionError at an event that cannot be applied, after those before it were
   */
  async apply(events: readonly RecordedEvent[]): Promise<void> {
    const { readable, unreadable } = readEvents(events);
    const last = events[readable.length - 1];
    if (last) await this.applyReadable(readable, last);
    if (unreadable) throw unreadable;
  }

  private async applyReadable(
    readable: readonly (ProjectedEvent | undefined)[],
    last: RecordedEvent,
  ): Promise<void> {
    const touched = await this.load(readable);
    for (const projected of readable) {
      if (projected?.kind === 'seals') this.materials.saw(projected.material);
      else if (projected) await this.evolve(touched.get(projected.recordStream)!, projected);
    }
    const changed: ReadModelRecord[] = [];
    for (const { loaded, current } of touched.values()) {
      const record = current?.kind === 'slot' ? await this.seal(current) : current;
      if (record && record !== loaded) changed.push(record);
    }
    await this.options.writer.write(changed, last.position);
  }

  private async load(readable: readonly (ProjectedEvent | undefined)[]): Promise<Map<string, Touched>> {
    const keys = new Map<string, RecordKey>();
    for (const projected of readable) if (projected) keys.set(projected.recordStream, projected.key);
    const records = await this.options.writer.load([...keys.values()]);
    const touched = new Map<string, Touched>();
    let index = 0;
    for (const [stream, key] of keys) {
      const loaded = records[index++];
      touched.set(stream, { key, loaded, current: loaded });
    }
    return touched;
  }

  private async evolve(touched: Touched, projected: ProjectedEvent & { kind: 'evolves' }): Promise<void> {
    const { revision } = projected.recorded;
    const known = touched.current?.revision ?? NO_REVISION;
    if (revision <= known) return;
    touched.current =
      revision === known + 1n
        ? evolveRecord(touched.key, touched.current, projected.event, revision)
        : await this.foldFromLog(touched.key, projected);
  }

  /** The record lags behind what the checkpoint said, so its whole stream is folded anew. */
  private async foldFromLog(
    key: RecordKey,
    { recorded, recordStream }: ProjectedEvent,
  ): Promise<ReadModelRecord> {
    let record: ReadModelRecord | undefined;
    for await (const stored of this.options.events.readStream(recordStream)) {
      const projected = readProjectedEvent(stored);
      const expected = (record?.revision ?? NO_REVISION) + 1n;
      if (projected?.kind !== 'evolves' || stored.revision !== expected) break;
      record = evolveRecord(key, record, projected.event, stored.revision);
    }
    if (record && record.revision >= recorded.revision) return record;
    throw new ProjectionError(recorded, 'the events before it in its stream are missing from the log');
  }

  private async seal(slot: ReadModelRecord & { kind: 'slot' }): Promise<ReadModelRecord> {
    const sealed = this.materials.sealFromRecent(slot);
    const keyId = sealed.state.key?.keyId;
    return sealed.sealed === null && keyId !== undefined ? this.materials.sealFromLog(sealed, keyId) : sealed;
  }
}

/** Up to the first event that cannot be understood, so that what comes before it is not held back. */
function readEvents(events: readonly RecordedEvent[]): {
  readonly readable: readonly (ProjectedEvent | undefined)[];
  readonly unreadable: unknown;
} {
  const readable: (ProjectedEvent | undefined)[] = [];
  for (const event of events) {
    try {
      readable.push(readProjectedEvent(event));
    } catch (unreadable) {
      return { readable, unreadable };
    }
  }
  return { readable, unreadable: undefined };
}
