import type { Style } from '@keyward/runtime';
import type { Json } from '../connection/api-answer.js';
import { table } from '../output/table.js';

interface Facts {
  readonly revision: number | null;
  readonly version: number | null;
  readonly state: string;
}

export interface Difference {
  readonly record: string;
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly integrationId: string | null;
  readonly kind: string;
  readonly differsIn: readonly string[];
  readonly log: Facts | null;
  readonly readModel: Facts | null;
}

/** As the API tells of it. */
export interface ReadModelJob {
  readonly id: string;
  readonly kind: 'rebuild' | 'check';
  readonly extent: string | number;
  readonly state: 'running' | 'stopped' | 'done' | 'differs' | 'failed';
  readonly phase: 'waiting' | 'building' | 'comparing' | 'switching';
  readonly share: number;
  readonly events: number;
  readonly compared: number;
  readonly differenceCount: number;
  readonly differences: readonly Difference[];
  readonly problem: string | null;
}

const BAR = 20;
const PHASES = {
  waiting: 'waiting for a projector',
  building: 'building',
  comparing: 'comparing with the event log',
  switching: 'switching',
} as const;

/** How far it is: a bar, how many a second, and the time that is left at that rate. */
export class JobPace {
  private phase: string | undefined;
  private since = 0;
  private from = { share: 0, done: 0 };

  constructor(private readonly now: () => number = () => performance.now()) {}

  textOf({ phase, share, events, compared }: ReadModelJob): string {
    const done = phase === 'comparing' ? compared : events;
    if (phase !== this.phase) {
      // What was done before this command began to look says nothing of the rate.
      [this.phase, this.since, this.from] = [phase, this.now(), { share, done }];
    }
    if (phase === 'waiting') return PHASES[phase];
    const filled = Math.round(share * BAR);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${Math.floor(share * 100)} %`;
    const what = phase === 'comparing' ? 'records' : 'events';
    return `${PHASES[phase]} ${bar}, ${count(done)} ${what}${this.rate(share, done)}`;
  }

  private rate(share: number, done: number): string {
    const seconds = (this.now() - this.since) / 1_000;
    if (seconds < 1 || done <= this.from.done) return '';
    const perSecond = count(Math.round((done - this.from.done) / seconds));
    const gained = share - this.from.share;
    const left = gained > 0 ? `, ${Math.ceil(((1 - share) / gained) * seconds)} s left` : '';
    return `, ${perSecond} a second${left}`;
  }
}

/** One line for programs, while it goes on. */
export function progressOf({
  kind,
  state,
  phase,
  share,
  events,
  compared,
  differenceCount,
}: ReadModelJob): Json {
  return { progress: { kind, state, phase, share, events, compared, differenceCount } };
}

export function textOf(style: Style, job: ReadModelJob): string {
  const parts = [sentence(style, job), compared(job)];
  if (job.differences.length > 0) parts.push(differencesTable(style, job.differences));
  const unnamed = job.differenceCount - job.differences.length;
  if (unnamed > 0) parts.push(`${count(unnamed)} differences more.`);
  return parts.filter(Boolean).join('\n\n');
}

function sentence(style: Style, { kind, state, phase, share, events }: ReadModelJob): string {
  if (state === 'running') return `A ${kind} is running: ${PHASES[phase]}, ${Math.floor(share * 100)} %.`;
  if (state === 'stopped')
    return kind === 'rebuild'
      ? 'The rebuild is stopped. keyward rebuild goes on with it; after an hour what there is of it is removed.'
      : 'The check is stopped.';
  if (state === 'differs')
    return style.paint(
      'red',
      kind === 'rebuild'
        ? 'What was built is not what the event log says: the read model that was there is served as before.'
        : 'The read model is not what the event log says.',
    );
  if (state === 'failed') return style.paint('red', `The ${kind} failed.`);
  return style.paint(
    'green',
    kind === 'rebuild'
      ? `The read model was built anew from ${count(events)} events, and is served.`
      : 'The read model is what the event log says.',
  );
}

function compared({ extent, compared: records, state }: ReadModelJob): string {
  if (state === 'running' || state === 'failed') return '';
  if (extent === 'none') return 'It was not compared with the event log.';
  return `${count(records)} records were compared${extent === 'whole' ? '' : ', taken at random'}.`;
}

const HEAD = ['organization', 'project', 'integration', 'difference', 'in', 'event log', 'read model'];

function differencesTable(style: Style, differences: readonly Difference[]): string {
  const rows = differences.map(
    ({ record, organizationId, projectId, integrationId, kind, differsIn, log, readModel }) => [
      organizationId ?? record,
      projectId,
      integrationId,
      kind,
      differsIn.join(', ') || null,
      factsText(log),
      factsText(readModel),
    ],
  );
  return table(style, HEAD, rows);
}

function factsText(facts: Facts | null): string | null {
  if (!facts) return null;
  const { state, version, revision } = facts;
  return [state, version !== null && `version ${version}`, revision !== null && `revision ${revision}`]
    .filter(Boolean)
    .join(', ');
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}
