import { START_OF_LOG, comparePositions, type LogPosition } from '@keyward/contracts';
import { CorruptRecordError } from '../read-model.errors.js';
import type { ReadModelStatus } from '../read-model.port.js';
import { RECORD_FORMAT } from './record-codec.js';

/** The hash that says what this store is: its absence tells an empty store, its fields whose it is. */
export const META_FIELDS = ['format', 'store', 'era', 'live', 'liveAt', 'build', 'buildAt', 'beats'] as const;

export interface Generation {
  readonly id: string;
  readonly position: LogPosition;
}

export interface Meta {
  /** The log that it is built from. */
  readonly storeId: string;
  /** One line of history: changes whenever what was there is given up, so that positions of two eras are never compared. */
  readonly era: string;
  /** What readers are given; undefined while the first one is being built. */
  readonly live: Generation | undefined;
  readonly build: Generation | undefined;
  /** What there is to see: the live generation, or else the one that is being built. */
  readonly visible: Generation;
  readonly beats: number;
}

export const NOTHING_THERE: ReadModelStatus = Object.freeze({
  ready: false,
  position: START_OF_LOG,
  heartbeat: 0,
});

/** @returns undefined when the store is empty, or was written in another format */
export function parseMeta(values: readonly (string | null)[]): Meta | undefined {
  const [format, storeId, era, live, liveAt, build, buildAt, beats] = values;
  if (format !== RECORD_FORMAT || !storeId || !era) return undefined;
  const served = generationOf(live, liveAt);
  const building = generationOf(build, buildAt);
  const visible = served ?? building;
  if (!visible) throw corrupt();
  return { storeId, era, live: served, build: building, visible, beats: Number(beats) };
}

function generationOf(id: string | null | undefined, at: string | null | undefined): Generation | undefined {
  return id ? { id, position: readPosition(at) } : undefined;
}

export function writePosition({ commit, prepare }: LogPosition): string {
  return `${commit} ${prepare}`;
}

function readPosition(text: string | null | undefined): LogPosition {
  const match = /^(\d{1,19}) (\d{1,19})$/.exec(text ?? '');
  if (!match) throw corrupt();
  return { commit: BigInt(match[1]!), prepare: BigInt(match[2]!) };
}

function corrupt(): CorruptRecordError {
  return new CorruptRecordError('a description of itself');
}

/** What was known when a question was sent: the answer must not be older. */
export interface Floor {
  readonly era: string | undefined;
  readonly position: LogPosition;
}

/**
 * What readers are told. A store may be replaced by an older copy of itself, as by a failover to a
 * replica that lagged: it is then as good as not there until it has come back to where it was.
 */
export class StatusView {
  private storeId: string | undefined;
  private furthest: Floor = { era: undefined, position: START_OF_LOG };
  private last: ReadModelStatus = NOTHING_THERE;

  /** From now on only the read model of this log counts. */
  bindTo(storeId: string): void {
    this.storeId = storeId;
  }

  /** To be taken before a question is sent, because answers may overtake one another. */
  floor(): Floor {
    return this.furthest;
  }

  of(meta: Meta | undefined, floor: Floor): ReadModelStatus {
    if (meta === undefined || (this.storeId !== undefined && meta.storeId !== this.storeId))
      return NOTHING_THERE;
    const { era, live, beats } = meta;
    const { position } = meta.visible;
    const wentBack = era === floor.era && comparePositions(position, floor.position) < 0;
    const ready = live !== undefined && !wentBack;
    if (ready) this.advance({ era, position });
    return (this.last = sameOr(this.last, { ready, position, heartbeat: beats }));
  }

  private advance(seen: Floor): void {
    const { era, position } = this.furthest;
    if (seen.era !== era || comparePositions(seen.position, position) > 0) this.furthest = seen;
  }
}

/** One object from change to change, because every lookup carries it. */
function sameOr(last: ReadModelStatus, next: ReadModelStatus): ReadModelStatus {
  const same =
    last.ready === next.ready &&
    last.heartbeat === next.heartbeat &&
    comparePositions(last.position, next.position) === 0;
  return same ? last : next;
}
