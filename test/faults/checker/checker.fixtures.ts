import type { TopicMessage } from '@keyward/change-log/testing';
import type { KeySlotEvent, SlotAddress } from '@keyward/domain';
import { LogView, kindOf, slotOf, type LoggedChange, type Place } from './log-view.js';

export const ORG: SlotAddress = { organizationId: 'acme', projectId: null, integrationId: 'openai' };
export const WEBSITE = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' } as const;

/** An event of the organization's slot; `command` is the id of the command that made it. */
export function orgEvent(
  place: Place,
  type: 'OrgKeySet' | 'OrgKeyRemoved' | 'OrgKeyDisabled' | 'OrgKeyEnabled',
  version: number,
  command = `command-${place}`,
): LoggedChange {
  const { organizationId, integrationId } = ORG;
  return at(place, { type, data: { organizationId, integrationId, ...dataOf('org', version, command) } });
}

/** The same of the website's slot. */
export function websiteEvent(
  place: Place,
  type: 'ProjectKeySet' | 'ProjectKeyRemoved',
  version: number,
  command = `command-${place}`,
): LoggedChange {
  return at(place, { type, data: { ...WEBSITE, ...dataOf('website', version, command) } });
}

export function logOf(...changes: readonly LoggedChange[]): LogView {
  return new LogView(changes);
}

/** What a worker sees of a version. */
export function found(source: 'organization' | 'project', version: number) {
  const { keyId, fingerprint } = dataOf(source === 'project' ? 'website' : 'org', version, '');
  return { outcome: 'found', source, version, keyId, fingerprint, secret: `secret of ${keyId}` } as const;
}

/** The message of a change as docs/asyncapi.yaml has it, in a topic of one partition. */
export function topicMessage(offset: number, { id, position, event }: LoggedChange): TopicMessage {
  const { organizationId, projectId, integrationId } = slotOf(event);
  const { version, keyId, fingerprint, actor, occurredAt } = event.data;
  const envelope = {
    specversion: '1.0',
    type: 'keyward.key-change.v1',
    source: '/keyward/store',
    id,
    time: occurredAt,
    datacontenttype: 'application/json',
  };
  const what = { organizationId, projectId, integrationId, kind: kindOf(event), version, keyId };
  return {
    partition: 0,
    offset,
    key: `${organizationId}/${integrationId}`,
    value: JSON.stringify({ ...envelope, data: { ...what, fingerprint, actor, position, occurredAt } }),
    headers: {
      'content-type': 'application/cloudevents+json',
      'keyward-event-id': id,
      'keyward-position': position,
    },
  };
}

export const secretOf = (keyId: string): string => `secret of ${keyId}`;

export function rulesOf(violations: readonly { readonly rule: string }[]): string[] {
  return violations.map(({ rule }) => rule);
}

function at(place: Place, event: KeySlotEvent): LoggedChange {
  return { id: `event-${place}`, place, position: `position-${place}`, event };
}

function dataOf(slot: string, version: number, command: string) {
  return {
    keyId: `${slot}-${version}`,
    version,
    fingerprint: `fp-${slot}-${version}`,
    lastFour: '7f2c',
    credentialKind: 'api_key',
    actor: 'alice',
    occurredAt: '2026-03-01T12:00:00.000Z',
    reason: command,
    idempotencyKey: command,
    requestDigest: null,
  } as const;
}
