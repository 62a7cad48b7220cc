import type { EventStore, RecordedEvent } from '@keyward/event-store';
import type { ReadModelWriter } from '../read-model.port.js';
import type { ReadModelRecord, RecordKey, SlotRecord } from '../records.js';
import { evolveRecord } from './evolve-record.js';
import { KeyMaterials } from './key-materials.js';
import { readProjectedEvent, type ProjectedEvent } from './projected-event.js';
import { ProjectionError } from './projection.errors.js';
import { foldStream } from './record-stream.js';

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

type TouchedRecords = Map<string, Touched>;
type Evolves = ProjectedEvent & { readonly kind: 'evolves' };

interface ReadEvents {
  readonly readable: readonly ProjectedEvent[];
  /** The last event before the unreadable one, followed or not. */
  readonly through: RecordedEvent | undefined;
  readonly unreadable: ProjectionError | undefined;
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
    const { readable, through, unreadable } = readEvents(events);
    if (through) {
      const touched = await this.load(readable);
      await this.evolveAll(touched, readable);
      await this.options.writer.write(await this.changed(touched), through.position);
    }
    if (unreadable) throw unreadable;
  }

  private async load(readable: readonly ProjectedEvent[]): Promise<TouchedRecords> {
    const keys = new Map<string, RecordKey>();
    for (const { recordStream, key } of readable) keys.set(recordStream, key);
    const records = await this.options.writer.load([...keys.values()]);
    const touched: TouchedRecords = new Map();
    let index = 0;
    for (const [stream, key] of keys) {
      const loaded = records[index++];
      touched.set(stream, { key, loaded, current: loaded });
    }
    return touched;
  }

  private async evolveAll(records: TouchedRecords, readable: readonly ProjectedEvent[]): Promise<void> {
    for (const projected of readable) {
      if (projected.kind === 'seals') this.materials.saw(projected.material);
      else await this.evolve(records.get(projected.recordStream)!, projected);
    }
  }

  private async evolve(touched: Touched, { event, recorded }: Evolves): Promise<void> {
    const { revision } = recorded;
    const known = touched.current?.revision ?? NO_REVISION;
    if (revision <= known) return;
    touched.current =
      revision === known + 1n
        ? evolveRecord(touched.key, touched.current, event, revision)
        : await this.foldFromLog(touched.key, recorded);
  }

  /** The record lags behind what the checkpoint said, so its whole stream is folded anew. */
  private async foldFromLog(key: RecordKey, upTo: RecordedEvent): Promise<ReadModelRecord> {
    let record: ReadModelRecord | undefined;
    for await (const step of foldStream(this.options.events, key)) ({ record } = step);
    if (record && record.revision >= upTo.revision) return record;
    throw new ProjectionError(upTo, 'the events before it in its stream are missing from the log');
  }

  /** The records to write, slots with the sealed bytes of the key that they hold in the end. */
  private async changed(records: TouchedRecords): Promise<ReadModelRecord[]> {
    const changed: ReadModelRecord[] = [];
    for (const { loaded, current } of records.values()) {
      const record = current?.kind === 'slot' ? await this.seal(current) : current;
      if (record && record !== loaded) changed.push(record);
    }
    return changed;
  }

  private async seal(slot: SlotRecord): Promise<SlotRecord> {
    const sealed = this.materials.sealFromRecent(slot);
    const keyId = sealed.state.key?.keyId;
    return sealed.sealed === null && keyId !== undefined ? this.materials.sealFromLog(sealed, keyId) : sealed;
  }
}

/** Up to the first event that cannot be understood, so that what comes before it is not held back. */
function readEvents(events: readonly RecordedEvent[]): ReadEvents {
  const readable: ProjectedEvent[] = [];
  let through: RecordedEvent | undefined;
  try {
    for (const event of events) {
      const projected = readProjectedEvent(event);
      if (projected) readable.push(projected);
      through = event;
    }
  } catch (error) {
    if (!(error instanceof ProjectionError)) throw error;
    return { readable, through, unreadable: error };
  }
  return { readable, through, unreadable: undefined };
}
