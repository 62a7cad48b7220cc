import {
  InvalidPositionError,
  decodePosition,
  encodePosition,
  isTraceparent,
  type LogPosition,
} from '@keyward/contracts';
import { CHANGE_KIND_OF, ID_PATTERN, type ChangeKind } from '@keyward/domain';
import { z } from 'zod';
import { MalformedMessageError } from './change-log.errors.js';
import type { KeyChange } from './key-change.js';

/** CloudEvents `type`; a change that old consumers cannot read gets a new one. */
export const KEY_CHANGE_TYPE = 'keyward.key-change.v1';

/** A change as the change log carries it, whichever the adapter. */
export interface ChangeMessage {
  /** Decides the partition: the slots that decide one effective key share it, and so stay in order. */
  readonly key: string;
  /** CloudEvents 1.0 in JSON. */
  readonly value: string;
}

const CHANGE_KINDS = [...new Set(Object.values(CHANGE_KIND_OF))] as [ChangeKind, ...ChangeKind[]];

const id = z.string().regex(new RegExp(`^${ID_PATTERN}$`));
const text = z.string().min(1);
const timestamp = z.iso.datetime();

const dataSchema = z.strictObject({
  organizationId: id,
  projectId: id.nullable(),
  integrationId: id,
  kind: z.enum(CHANGE_KINDS),
  version: z.int().positive(),
  keyId: text,
  fingerprint: text,
  actor: text,
  position: text,
  occurredAt: timestamp,
});

// Not strict: CloudEvents lets whoever passes an event on add extension attributes.
const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  type: z.literal(KEY_CHANGE_TYPE),
  source: text,
  id: z.guid(),
  time: timestamp,
  datacontenttype: z.literal('application/json'),
  data: dataSchema,
  // One that is none of W3C Trace Context is no reason to refuse what the message says.
  traceparent: z.string().refine(isTraceparent).optional().catch(undefined),
});

export function changeMessageKey(change: Pick<KeyChange, 'organizationId' | 'integrationId'>): string {
  return `${change.organizationId}/${change.integrationId}`;
}

/** @param storeId - the event log's, for the position token */
export function encodeKeyChange(storeId: string, change: KeyChange): ChangeMessage {
  const { id: eventId, position, traceparent, ...rest } = change;
  const envelope: z.input<typeof envelopeSchema> = {
    specversion: '1.0',
    type: KEY_CHANGE_TYPE,
    source: `/keyward/${storeId}`,
    id: eventId,
    time: change.occurredAt,
    datacontenttype: 'application/json',
    data: { ...rest, position: encodePosition(storeId, position) },
    ...(traceparent !== undefined && { traceparent }),
  };
  return { key: changeMessageKey(change), value: JSON.stringify(envelope) };
}

/**
 * @throws MalformedMessageError when this is no key change, or one of another event log. Such a
 * message is poison: reading it again will not help.
 */
export function decodeKeyChange(storeId: string, value: string): KeyChange {
  const parsed = envelopeSchema.safeParse(parseJson(value));
  if (!parsed.success) throw new MalformedMessageError(describe(parsed.error));
  const { id: eventId, data, traceparent } = parsed.data;
  return {
    ...data,
    id: eventId,
    position: readPosition(storeId, data.position),
    ...(traceparent !== undefined && { traceparent }),
  };
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // The parser's own message quotes the text, and a poisoned text may hold anything.
    throw new MalformedMessageError('it is not JSON');
  }
}

function readPosition(storeId: string, token: string): LogPosition {
  try {
    return decodePosition(storeId, token);
  } catch (error) {
    if (error instanceof InvalidPositionError)
      throw new MalformedMessageError(`data.position ${error.message}`);
    throw error;
  }
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'the whole'} (${issue.code})`).join(', ');
}
