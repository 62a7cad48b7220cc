import { ORGANIZATION_ROLES, PROJECT_ROLES } from '@keyward/access';
import { z } from 'zod';
import type { Session } from './sessions.js';

export const sessionResponse = z.strictObject({
  subject: z.string().describe('As the history names them.'),
  name: z.string().describe('As people know them; the subject where the provider says no name.'),
  platformAdmin: z.boolean(),
  organizations: z.array(z.strictObject({ id: z.string(), role: z.enum(ORGANIZATION_ROLES) })),
  projects: z.array(
    z.strictObject({ organizationId: z.string(), id: z.string(), role: z.enum(PROJECT_ROLES) }),
  ),
  expiresAt: z.iso.datetime().describe('When they have to sign in again.'),
  development: z.boolean().describe('Whether the local issuer for development says so.'),
});

export type SessionResponse = z.infer<typeof sessionResponse>;

export function toSessionResponse({ principal, name }: Session, development: boolean): SessionResponse {
  return {
    subject: principal.subject,
    name,
    platformAdmin: principal.platformAdmin,
    organizations: [...principal.organizations].map(([id, role]) => ({ id, role })),
    projects: [...principal.projects].map(([path, role]) => {
      const [organizationId, id] = path.split('/') as [string, string];
      return { organizationId, id, role };
    }),
    expiresAt: principal.expiresAt.toISOString(),
    development,
  };
}
