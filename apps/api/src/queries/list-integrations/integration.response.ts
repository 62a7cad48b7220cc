import { CREDENTIAL_KINDS, isShareable, type Integration } from '@keyward/domain';
import { z } from 'zod';

const kind = z.enum(CREDENTIAL_KINDS as readonly [string, ...string[]]);

/** What every listing says of an integration. */
export const integrationFields = {
  id: z.string(),
  name: z.string(),
  vendor: z.string(),
  credentialKinds: z.array(kind).describe('How the third party lets a program in.'),
  shareable: z
    .boolean()
    .describe('Whether it has a credential kind that an organization may hold for its projects.'),
};

export const catalogueItem = z.strictObject({
  ...integrationFields,
  shareableKinds: z.array(kind).describe('The credential kinds that can be set here.'),
  documentationUrl: z.string().describe("The vendor's page on how programs get in."),
  keyFormat: z
    .strictObject({ pattern: z.string(), description: z.string(), source: z.string() })
    .optional()
    .describe('The shape of an API key, where the vendor publishes it.'),
  note: z.string().optional().describe('What an admin should know before choosing a kind.'),
});

export function integrationFacts({ id, name, vendor, credentialKinds }: Integration) {
  return { id, name, vendor, credentialKinds, shareable: credentialKinds.some(isShareable) };
}
