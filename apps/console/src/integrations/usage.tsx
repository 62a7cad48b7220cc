import type { UseQueryResult } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import type { KeyUsage } from '../api/queries.js';
import { ConsoleDialog } from '../components/dialog.js';
import { Loaded } from '../components/loading.js';
import { Notice } from '../components/notice.js';
import { plural } from '../components/plural.js';

type Query = UseQueryResult<KeyUsage>;

/** Before a key goes: who will be without it. */
export function WhatStops({ query }: { readonly query: Query }) {
  return (
    <Loaded query={query}>
      {({ using }) => (
        <Notice tone={using.length > 0 ? 'warn' : 'info'}>
          {using.length === 0 ? (
            'No project uses this key now.'
          ) : (
            <>
              <strong>{plural(using.length, 'project')}</strong> {using.length === 1 ? 'uses' : 'use'} this
              key and will be without one: {names(using)}.
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
        {({ using, overriding, without }) => (
          <>
            <Projects title="Use the organization's key" projects={using} />
            <Projects title="Have a key of their own" projects={overriding} />
            <Projects title="Have no key to use" projects={without} />
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
