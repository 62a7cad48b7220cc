import { ID_RULE, PLANS, isId } from '@keyward/domain';
import type { KeySealed } from '@keyward/sealing';
import { z } from 'zod';
import type { EvolvingEvent } from './evolving-event.js';

// What the read model relies on in stored events. Further fields may be there: nothing here depends on them.
const id = z.string().refine(isId, ID_RULE);
const version = z.int().positive();
const text = z.string().min(1);
const provenance = { actor: text, occurredAt: text };
const organization = { ...provenance, organizationId: id };
const project = { ...organization, projectId: id };
const slotChange = { keyId: text, version, fingerprint: text, integrationId: id };
const keySet = { ...slotChange, lastFour: z.string().nullable(), credentialKind: text };
const plan = z.enum(PLANS);

const SCHEMAS: Readonly<Record<EvolvingEvent['type'], z.ZodType>> = {
  OrganizationRegistered: z.object({ ...organization, name: text, plan }),
  OrganizationRenamed: z.object({ ...organization, name: text }),
  OrganizationPlanChanged: z.object({ ...organization, plan }),
  ProjectRegistered: z.object({ ...project, name: text }),
  ProjectRenamed: z.object({ ...project, name: text }),
  ProjectArchived: z.object(project),
  RolloutChanged: z.object({
    ...provenance,
    percentage: z.number().min(0).max(100),
    include: z.array(id),
    exclude: z.array(id),
  }),
  OrgKeySet: z.object({ ...organization, ...keySet }),
  OrgKeyRemoved: z.object({ ...organization, ...slotChange }),
  OrgKeyDisabled: z.object({ ...organization, ...slotChange }),
  OrgKeyEnabled: z.object({ ...organization, ...slotChange }),
  ProjectKeySet: z.object({ ...project, ...keySet }),
  ProjectKeyRemoved: z.object({ ...project, ...slotChange }),
};

const KEY_SEALED = z.object({
  organizationId: id,
  projectId: id.nullable(),
  integrationId: id,
  keyId: text,
  version,
  sealed: z.object({
    format: z.literal(1),
    kekId: text,
    wrappedDataKey: text,
    commitment: text,
    nonce: text,
    ciphertext: text,
    tag: text,
  }),
}) satisfies z.ZodType<KeySealed['data']>;

/** What is wrong with the data, naming fields and rules and never a value; undefined when nothing is. */
export function problemOfEvent({ type, data }: EvolvingEvent): string | undefined {
  return problemOf(SCHEMAS[type], data);
}

export function problemOfKeySealed(data: unknown): string | undefined {
  return problemOf(KEY_SEALED, data);
}

function problemOf(schema: z.ZodType, data: unknown): string | undefined {
  const { error } = schema.safeParse(data);
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}
