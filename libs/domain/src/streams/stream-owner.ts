import { DESTROYED_KEYS_PREFIX } from '../destroyed-keys/destroyed-keys.js';
import { KEY_READS_PREFIX } from '../hand-outs/keys-handed-out.js';
import { isId } from '../ids.js';
import { REFUSALS_PREFIX } from '../refusals/refusals.js';
import { ROLLOUT_STREAM } from '../rollout/rollout.js';

/** Whose events a stream holds. */
export type StreamOwner = {
  /** Null for what is no organization's own and may concern each of them: the rollout. */
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly integrationId: string | null;
};

const NOBODYS_OWN: StreamOwner = { organizationId: null, projectId: null, integrationId: null };

/** Which ids the names of streams hold, in their order, by what the names begin with. */
const IDS_IN: Readonly<Record<string, readonly (readonly (keyof StreamOwner)[])[]>> = {
  'organization-': [['organizationId']],
  'project-': [['organizationId', 'projectId']],
  'orgKey-': [['organizationId', 'integrationId']],
  'projectKey-': [['organizationId', 'projectId', 'integrationId']],
  [DESTROYED_KEYS_PREFIX]: [
    ['organizationId', 'integrationId'],
    ['organizationId', 'projectId', 'integrationId'],
  ],
  [REFUSALS_PREFIX]: [['organizationId']],
  [KEY_READS_PREFIX]: [['organizationId']],
};

/** How the names of all streams of domain events begin: for the filter of a subscription. */
export const DOMAIN_STREAM_PREFIXES: readonly string[] = [...Object.keys(IDS_IN), ROLLOUT_STREAM];

/**
 * The one place that says which organization an event belongs to: it follows from the event's stream.
 * Undefined for a stream that holds no domain events.
 */
export function streamOwner(stream: string): StreamOwner | undefined {
  if (stream === ROLLOUT_STREAM) return NOBODYS_OWN;
  const start = stream.indexOf('-') + 1;
  const prefix = stream.slice(0, start);
  const ids = stream.slice(start).split('~');
  const forms = Object.hasOwn(IDS_IN, prefix) ? IDS_IN[prefix]! : [];
  const names = forms.find(({ length }) => length === ids.length);
  if (!names || !ids.every(isId)) return undefined;
  return { ...NOBODYS_OWN, ...Object.fromEntries(names.map((name, n) => [name, ids[n]])) };
}

/** What an event is about: its stream says so, and of what one stream holds for a whole organization the event itself. */
export function eventSubject(stream: string, data: object): StreamOwner | undefined {
  const owner = streamOwner(stream);
  const { projectId = null, integrationId = null } = data as Partial<StreamOwner>;
  return (
    owner && {
      ...owner,
      projectId: owner.projectId ?? projectId,
      integrationId: owner.integrationId ?? integrationId,
    }
  );
}
