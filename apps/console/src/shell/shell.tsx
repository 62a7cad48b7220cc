import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { LiveProvider, useLive, type Connection } from '../api/live.js';
import { organizationQuery } from '../api/queries.js';
import { organizationsOf, rightsIn, signOut, useSession } from '../session/session.js';

export function Shell({ children }: { readonly children: ReactNode }) {
  const { name } = useSession();
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="top">
        <Link href="/" className="brand">
          <span className="brand-mark" aria-hidden="true" /> Keyward
        </Link>
        <OrganizationChoice />
        <span className="who">{name}</span>
        <Button className="button quiet" onPress={() => void signOut().then((url) => location.assign(url))}>
          Sign out
        </Button>
      </header>
      {children}
    </>
  );
}

function OrganizationChoice() {
  const organizations = organizationsOf(useSession());
  const [path, go] = useLocation();
  const current = /^\/organizations\/([^/]+)/.exec(path)?.[1] ?? '';
  if (organizations.length < 2) return null;
  return (
    <label className="choice">
      <span className="visually-hidden">Organization</span>
      <select value={current} onChange={({ target }) => go(`/organizations/${target.value}`)}>
        {organizations.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

interface OrganizationFrameProps {
  readonly org: string;
  readonly children: ReactNode;
}

/** The navigation within an organization, and its changes as they come. */
export function OrganizationFrame({ org, children }: OrganizationFrameProps) {
  const { isMember, isAdmin } = rightsIn(useSession(), org);
  const project = useWatchedProject(org);
  const base = `/organizations/${org}`;
  return (
    <LiveProvider org={org} project={project}>
      <nav className="tabs" aria-label={`Organization ${org}`}>
        {isMember && <Tab href={`${base}/integrations`}>Integrations control</Tab>}
        <Tab href={`${base}/projects`}>Projects</Tab>
        {isAdmin && <Tab href={`${base}/history`}>History</Tab>}
        {isAdmin && <Tab href={`${base}/time-travel`}>Time travel</Tab>}
        <LiveMark />
      </nav>
      <main id="content" className="page" tabIndex={-1}>
        {children}
      </main>
    </LiveProvider>
  );
}

/** Whoever has no role in the organization is told of one project: that on the screen, or their first. */
function useWatchedProject(org: string): string | null {
  const session = useSession();
  const [path] = useLocation();
  if (rightsIn(session, org).isMember) return null;
  const inPath = /\/projects\/([^/]+)/.exec(path)?.[1];
  return inPath ?? session.projects.find((own) => own.organizationId === org)!.id;
}

function Tab({ href, children }: { readonly href: string; readonly children: string }) {
  const [path] = useLocation();
  const isCurrent = path === href || path.startsWith(`${href}/`);
  return (
    <Link href={href} className="tab" aria-current={isCurrent ? 'page' : undefined}>
      {children}
    </Link>
  );
}

const SAYS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  lost: 'Connection lost: trying again …',
};

function LiveMark() {
  const { connection, applied } = useLive();
  return (
    <span className="live" data-state={connection} role="status">
      {SAYS[connection]}
      {connection === 'live' && applied && (
        <span className="applied"> · the last change reached lookups in {applied.milliseconds} ms</span>
      )}
    </span>
  );
}

/** The organization's name for headings; its id where only that may be known. */
export function useOrganizationName(org: string): string {
  const { isMember } = rightsIn(useSession(), org);
  const { data } = useQuery({ ...organizationQuery(org), enabled: isMember });
  return data?.name ?? org;
}
