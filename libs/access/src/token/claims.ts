import { ID_PATTERN } from '@keyward/domain';
import { z } from 'zod';
import { ORGANIZATION_ROLES, PROJECT_ROLES, type Principal, type ProjectPath } from '../principal.js';

/** The claim that holds all of Keyward's own. */
export const KEYWARD_CLAIM = 'keyward';

/** What a token says under `keyward`. Each part may be absent; nothing else may be there. */
export interface KeywardClaims {
  readonly platform_admin?: true;
  /** `{"acme": "admin"}` */
  readonly organizations?: Readonly<Record<string, (typeof ORGANIZATION_ROLES)[number]>>;
  /** `{"acme/website": "editor"}` */
  readonly projects?: Readonly<Record<string, (typeof PROJECT_ROLES)[number]>>;
  /** Without `projects`: every project of the organization. */
  readonly worker?: { readonly organization: string; readonly projects?: readonly string[] };
}

const MAX_ENTRIES = 1_000;

const id = z.string().regex(new RegExp(`^${ID_PATTERN}$`));
const path = z
  .string()
  .regex(new RegExp(`^${ID_PATTERN}/${ID_PATTERN}$`))
  .transform((text) => text as ProjectPath);

/** What names a person or a program in events and logs: printable, no line breaks. */
const subject = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u);

// As entries and not as an object, so that `__proto__` is a name like any other, and a wrong one.
function entriesOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
}

function mapOf<Key extends string, Role extends string>(key: z.ZodType<Key>, role: z.ZodType<Role>) {
  const entries = z.array(z.tuple([key, role])).max(MAX_ENTRIES);
  return z.preprocess(entriesOf, entries).transform((list): ReadonlyMap<Key, Role> => new Map(list));
}

const keywardClaims = z.strictObject({
  platform_admin: z.literal(true).optional(),
  organizations: mapOf(id, z.enum(ORGANIZATION_ROLES)).optional(),
  projects: mapOf(path, z.enum(PROJECT_ROLES)).optional(),
  worker: z
    .strictObject({ organization: id, projects: z.array(id).min(1).max(MAX_ENTRIES).optional() })
    .optional(),
});

/** The token's claims besides those that its verification checks (issuer, audience, times). */
const tokenClaims = z.object({
  sub: subject,
  exp: z.int().positive(),
  [KEYWARD_CLAIM]: keywardClaims.default({}),
});

/**
 * Who a token stands for. `problem` names the claim that is wrong and never its value.
 * Takes the claims of a token whose signature and times were checked; checks everything else.
 */
export function readClaims(claims: unknown): { principal: Principal } | { problem: string } {
  const read = tokenClaims.safeParse(claims);
  if (!read.success) return { problem: nameOfClaim(read.error) };
  const { sub, exp, keyward } = read.data;
  const { worker } = keyward;
  return {
    principal: {
      subject: sub,
      platformAdmin: keyward.platform_admin === true,
      organizations: keyward.organizations ?? new Map(),
      projects: keyward.projects ?? new Map(),
      worker: worker ? { organizationId: worker.organization, projectIds: worker.projects ?? null } : null,
      expiresAt: new Date(exp * 1_000),
    },
  };
}

/** The claims under `keyward` that {@link readClaims} reads as this principal. */
export function claimsOf({ platformAdmin, organizations, projects, worker }: Principal): KeywardClaims {
  return {
    ...(platformAdmin ? { platform_admin: true } : {}),
    ...(organizations.size > 0 ? { organizations: Object.fromEntries(organizations) } : {}),
    ...(projects.size > 0 ? { projects: Object.fromEntries(projects) } : {}),
    ...(worker
      ? {
          worker: {
            organization: worker.organizationId,
            ...(worker.projectIds ? { projects: worker.projectIds } : {}),
          },
        }
      : {}),
  };
}

// Two levels at most: below them stand ids that the token's bearer chose.
function nameOfClaim(error: z.ZodError): string {
  const names = (error.issues[0]?.path ?? []).slice(0, 2).filter((part) => typeof part === 'string');
  return names.length === 0 ? KEYWARD_CLAIM : names.join('.');
}
