import { printable, type Style } from '@keyward/runtime';
import type { Cell } from '../output/table.js';
import { shortTime } from './key-facts.js';

/** An item of the history as the API shows it. */
export interface Entry {
  readonly position: string;
  readonly occurredAt: string;
  readonly actor: { readonly subject: string; readonly kind: string | null };
  readonly kind: string;
  readonly projectId: string | null;
  readonly integrationId: string | null;
  readonly mask: string | null;
  readonly version: number | null;
  readonly reason: string | null;
  readonly name?: string;
  readonly plan?: string;
  readonly inRollout?: boolean;
  readonly operation?: string | null;
  readonly code?: string | null;
  readonly count?: number;
  readonly handOuts?: readonly HandOut[];
}

interface HandOut {
  readonly worker: string;
  readonly projectId: string;
  readonly integrationId: string;
  readonly version: number;
  readonly lastAt: string;
  readonly counts: Readonly<Record<string, number>>;
}

const COLOURS: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  set: 'green',
  enabled: 'green',
  disabled: 'yellow',
  removed: 'red',
  destroyed: 'red',
  refused: 'yellow',
};

/** What is shown in lines of their own: of what was handed out each worker and version, when last. */
export function linesOf(entry: Entry): readonly Entry[] {
  return (
    entry.handOuts?.map(({ worker, projectId, integrationId, version, lastAt, counts }) => {
      const count = Object.values(counts).reduce((sum, each) => sum + each, 0);
      const [subject, reason] = [worker, count === 1 ? 'once' : `${count} times`];
      const actor = { subject, kind: null };
      return { ...entry, occurredAt: lastAt, actor, projectId, integrationId, version, reason };
    }) ?? [entry]
  );
}

/** Time, who, what, project, integration, key, version, why. */
export function entryCells(style: Style, entry: Entry): Cell[] {
  const { occurredAt, actor, projectId, integrationId, mask, version, reason } = entry;
  return [
    shortTime(occurredAt),
    actor.subject,
    { painted: whatCell(style, entry) },
    projectId,
    integrationId,
    mask,
    version,
    reason,
  ];
}

export function entryLine(style: Style, entry: Entry): string {
  const { occurredAt, actor, projectId, integrationId, version, reason } = entry;
  const slot = [projectId, integrationId, version === null ? null : `version ${version}`];
  const parts = [...slot.filter((part) => part !== null), `by ${actor.subject}`, reason && `(${reason})`];
  const time = style.paint('dim', shortTime(occurredAt));
  return `${time} ${whatCell(style, entry)}  ${printable(parts.filter(Boolean).join(' '))}`;
}

/** `plan changed: team` */
function whatCell(style: Style, entry: Entry): string {
  const { kind, name, plan, inRollout } = entry;
  const colour = COLOURS[kind];
  const what = printable(kind.replaceAll('_', ' '));
  const rollout = inRollout === undefined ? undefined : inRollout ? 'in the rollout' : 'not in the rollout';
  const more = [name, plan, rollout, refusalText(entry)].filter((text) => text !== undefined).join(', ');
  const painted = colour === undefined ? what : style.paint(colour, what);
  return more === '' ? painted : `${painted}: ${printable(more)}`;
}

/** `setOrgKey NOT_ENTITLED, 3 times` */
function refusalText({ operation, code, count }: Entry): string | undefined {
  if (count === undefined) return undefined;
  if (operation === null) return `${count} others`;
  return `${operation} ${code}${count === 1 ? '' : `, ${count} times`}`;
}
