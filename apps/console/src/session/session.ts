import { queryOptions } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { CONSOLE_HEADER } from '../api/client.js';
import { Problem } from '../api/problem.js';

export type OrganizationRole = 'owner' | 'admin' | 'member';
export type ProjectRole = 'admin' | 'editor' | 'viewer';

/** Who is signed in, as the server says. */
export interface Session {
  readonly subject: string;
  readonly name: string;
  readonly platformAdmin: boolean;
  readonly organizations: readonly { readonly id: string; readonly role: OrganizationRole }[];
  readonly projects: readonly {
    readonly organizationId: string;
    readonly id: string;
    readonly role: ProjectRole;
  }[];
  readonly expiresAt: string;
}

/** How to sign in, for whoever is not. */
export interface SignIn {
  readonly kind: 'oidc' | 'development';
  readonly url: string;
}

export type SessionState = { readonly session: Session } | { readonly signIn: SignIn };

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async (): Promise<SessionState> => {
    const response = await fetch('/session', { headers: CONSOLE_HEADER }).catch(() => {
      throw Problem.unreachable();
    });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return { session: body as Session };
    const { signIn } = (body ?? {}) as { signIn?: SignIn };
    if (response.status === 401 && signIn) return { signIn };
    throw Problem.from(body);
  },
});

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext;

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('There is no session here.');
  return session;
}

/** What the signed-in person may do; the server decides again, whatever is shown. */
export interface Rights {
  /** May see the organization's integrations. */
  readonly isMember: boolean;
  /** May change the organization's keys and read its history. */
  readonly isAdmin: boolean;
  /** May change keys of the project. */
  readonly mayEdit: (project: string) => boolean;
  readonly roleIn: string;
}

export function rightsIn({ organizations, projects }: Session, org: string): Rights {
  const role = organizations.find(({ id }) => id === org)?.role;
  const own = projects.filter(({ organizationId }) => organizationId === org);
  const isAdmin = role === 'owner' || role === 'admin';
  return {
    isMember: role !== undefined,
    isAdmin,
    mayEdit: (project) =>
      isAdmin || own.some(({ id, role: inProject }) => id === project && inProject !== 'viewer'),
    roleIn: role ?? 'no role in the organization',
  };
}

/** The organizations with which the person has to do, by role there or in one of their projects. */
export function organizationsOf({ organizations, projects }: Session): readonly string[] {
  const ids = [...organizations.map(({ id }) => id), ...projects.map(({ organizationId }) => organizationId)];
  return [...new Set(ids)].sort();
}

export async function signOut(): Promise<string> {
  const response = await fetch('/session/sign-out', { method: 'POST', headers: CONSOLE_HEADER });
  const { url } = (await response.json()) as { url?: string };
  return url ?? '/';
}
