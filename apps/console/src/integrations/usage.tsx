import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { KeyUsage } from '../api/queries.js';
import { DataTable } from '../components/data-table.js';
import { ConsoleDialog } from '../components/dialog.js';
import { Loaded } from '../components/loading.js';
import { Notice } from '../components/notice.js';
import { plural } from '../components/plural.js';
import { When } from '../components/when.js';
import { recentWorkers, type RecentWorkers } from './recent-workers.js';

type Query = UseQueryResult<KeyUsage>;

/** Before a key goes: who will be without it. */
export function WhatStops({ query }: { readonly query: Query }) {
  return (
    <Loaded query={query}>
      {({ using, key, uses }) => (
        <Notice tone={using.length > 0 ? 'warn' : 'info'}>
          {using.length === 0 ? (
            'No project uses this key now.'
          ) : (
            <>
              <strong>{plural(using.length, 'project')}</strong> {using.length === 1 ? 'uses' : 'use'} this
              key and will be without one: {names(using)}.{' '}
              {plural(recentWorkers({ key, uses }, Date.now()).all, 'worker')} used it in the last hour.
            </>
          )}
        </Notice>
      )}
    </Loaded>
  );
}

const SHOWN = 8;

function names(projects: KeyUsage['using']): string {
  const first = projects.slice(0, SHOWN).map(({ name }) => name);
  const more = projects.length - first.length;
  return more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ');
}

interface UsageDialogProps {
  readonly name: string;
  readonly query: Query;
  readonly onClose: () => void;
}

export function UsageDialog({ name, query, onClose }: UsageDialogProps) {
  return (
    <ConsoleDialog title={`Who uses the key of ${name}`} onClose={onClose}>
      <Loaded query={query}>
        {({ using, overriding, without, key, uses, moreUses }) => (
          <>
            {key && <Reached version={key.version} workers={recentWorkers({ key, uses }, Date.now())} />}
            <Projects title="Use the organization's key" projects={using} />
            <Projects title="Have a key of their own" projects={overriding} />
            <Projects title="Have no key to use" projects={without} />
            <Workers uses={uses} more={moreUses} />
          </>
        )}
      </Loaded>
      <div className="actions">
        <Button className="button primary" onPress={onClose}>
          Close
        </Button>
      </div>
    </ConsoleDialog>
  );
}

interface ReachedProps {
  readonly version: number;
  readonly workers: RecentWorkers;
}

/** How far the version that is in force has come. */
function Reached({ version, workers: { all, current } }: ReachedProps) {
  if (all === 0) return <p className="muted">No worker was given the key in the last hour.</p>;
  return (
    <p>
      Version {version} has reached {current} of {plural(all, 'worker')} of the last hour.
    </p>
  );
}

interface WorkersProps {
  readonly uses: KeyUsage['uses'];
  readonly more: boolean;
}

function Workers({ uses, more }: WorkersProps) {
  if (uses.length === 0) return null;
  return (
    <DataTable
      label="Workers"
      caption={`Workers that were given it${more ? ', the latest' : ''}`}
      columns={['Worker', 'Project', 'Version', 'Last']}
    >
      {uses.map(({ worker, projectId, version, keyId, lastUsedAt }) => (
        <tr key={`${worker} ${projectId} ${keyId}`}>
          <td>{worker}</td>
          <td>{projectId}</td>
          <td>{version}</td>
          <td>
            <When at={lastUsedAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

interface ProjectsProps {
  readonly title: string;
  readonly projects: readonly { readonly projectId: string; readonly name: string }[];
}

function Projects({ title, projects }: ProjectsProps) {
  return (
    <section>
      <h3>
        {title} <span className="muted">({projects.length})</span>
      </h3>
      {projects.length > 0 && (
        <ul className="chips">
          {projects.map(({ projectId, name }) => (
            <li key={projectId}>{name}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
