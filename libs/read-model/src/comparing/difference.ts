import type { SlotState } from '@keyward/domain';
import type { ReadModelRecord, RecordKey } from '../records.js';

/**
 * `missing` in the read model; `extra`, of which the log knows nothing; `altered`, with the same revision as in the log;
 * `older` or `newer` than the log says; `unreadable`; `miscounted`: how many projects have a key of their own.
 */
export type DifferenceKind =
  'missing' | 'extra' | 'altered' | 'older' | 'newer' | 'unreadable' | 'miscounted';

/** What one side says of a record. Never key bytes, sealed or not. */
export interface RecordFacts {
  /** Of the record's stream; null for a count. */
  readonly revision: number | null;
  /** Of a key: its version, null when there is none. Else how many events there were. Of a count: the number. */
  readonly version: number | null;
  /** Of a key `set`, `disabled` or `not set`; of an organization its plan; of a project its status. */
  readonly state: string;
}

export interface Difference {
  /** `key`: of the organization where the project is null. */
  readonly record: 'organization' | 'project' | 'rollout' | 'key';
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly integrationId: string | null;
  readonly kind: DifferenceKind;
  /** Which fields; of `sealed` bytes only that they differ. */
  readonly differsIn: readonly string[];
  /** What the log says; null when it knows nothing of it. */
  readonly log: RecordFacts | null;
  /** What the read model says; null when there is nothing, or nothing that can be read. */
  readonly readModel: RecordFacts | null;
}

export function addressOf(
  key: RecordKey,
): Pick<Difference, 'record' | 'organizationId' | 'projectId' | 'integrationId'> {
  const nobody = { organizationId: null, projectId: null, integrationId: null };
  switch (key.kind) {
    case 'organization':
      return { ...nobody, record: 'organization', organizationId: key.organizationId };
    case 'project':
      return { ...nobody, record: 'project', organizationId: key.organizationId, projectId: key.projectId };
    case 'rollout':
      return { ...nobody, record: 'rollout' };
    case 'slot':
      return { ...key.address, record: 'key' };
  }
}

export function factsOf(record: ReadModelRecord): RecordFacts {
  const revision = Number(record.revision);
  switch (record.kind) {
    case 'organization':
      return { revision, version: record.state.version, state: record.state.plan };
    case 'project':
      return { revision, version: record.state.version, state: record.state.status };
    case 'rollout':
      return { revision, version: record.state.version, state: `${record.state.percentage} %` };
    case 'slot':
      return { revision, version: record.state.key?.version ?? null, state: useOf(record.state) };
  }
}

function useOf({ key, enabled }: SlotState): string {
  if (!key) return 'not set';
  return enabled ? 'set' : 'disabled';
}

/** The names of the fields in which two records of one key and revision differ. */
export function fieldsThatDiffer(one: ReadModelRecord, other: ReadModelRecord): string[] {
  const [left, right] = [fieldsOf(one), fieldsOf(other)];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
}

function fieldsOf(record: ReadModelRecord): Readonly<Record<string, unknown>> {
  if (record.kind !== 'slot') return { ...record.state };
  const { key, ...state } = record.state;
  return { ...key, ...state };
}
