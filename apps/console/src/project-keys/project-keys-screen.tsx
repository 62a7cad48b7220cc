import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { Link } from 'wouter';
import { projectIntegrationsQuery, projectsQuery, type ProjectIntegration } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { Notice } from '../components/notice.js';
import { plural } from '../components/plural.js';
import { rightsIn, useSession } from '../session/session.js';
import { ProjectKeyDialog, type ProjectDialog } from './project-key-dialog.js';
import { ProjectKeyRow } from './project-key-row.js';

interface ProjectKeysScreenProps {
  readonly org: string;
  readonly project: string;
}

/** Project > Integrations & App Keys. */
export function ProjectKeysScreen({ org, project }: ProjectKeysScreenProps) {
  const { isMember, mayEdit } = rightsIn(useSession(), org);
  const names = useQuery({ ...projectsQuery(org), enabled: isMember });
  const name = names.data?.find(({ id }) => id === project)?.name ?? project;
  const query = useQuery(projectIntegrationsQuery(org, project));
  return (
    <>
      <p className="crumbs">
        <Link href={`/organizations/${org}/projects`}>Projects</Link> / {name}
      </p>
      <h1>Integrations &amp; App Keys</h1>
      <p className="lead">{name} uses the organization&apos;s keys, and its own where it has one.</p>
      {!mayEdit(project) && (
        <Notice tone="info">
          You can look, and not change: that takes an editor or admin of the project.
        </Notice>
      )}
      <Loaded query={query}>{({ items }) => <List org={org} project={project} items={items} />}</Loaded>
    </>
  );
}

interface ListProps extends ProjectKeysScreenProps {
  readonly items: readonly ProjectIntegration[];
}

function List({ org, project, items }: ListProps) {
  const { mayEdit } = rightsIn(useSession(), org);
  const [search, setSearch] = useState('');
  const [dialog, setDialog] = useState<ProjectDialog | null>(null);
  const words = search.toLowerCase().split(/\s+/);
  const shown = items
    .filter(({ name, vendor }) => words.every((word) => `${name} ${vendor}`.toLowerCase().includes(word)))
    .toSorted((a, b) => Number(b.effective.outcome === 'found') - Number(a.effective.outcome === 'found'));
  const current = dialog && items.find(({ id }) => id === dialog.integration);
  return (
    <>
      <SearchField className="search" value={search} onChange={setSearch}>
        <Label className="visually-hidden">Search integrations</Label>
        <Input placeholder="Search by name or vendor" />
      </SearchField>
      <p className="count" role="status">
        {plural(shown.length, 'integration')}
      </p>
      <ul className="rows">
        {shown.map((item) => (
          <ProjectKeyRow
            key={item.id}
            href={`/organizations/${org}/projects/${project}/integrations/${item.id}`}
            item={item}
            mayChange={mayEdit(project)}
            open={(kind) => setDialog({ kind, integration: item.id })}
          />
        ))}
      </ul>
      {dialog && current && (
        <ProjectKeyDialog
          slot={{ org, project, integration: current.id }}
          item={current}
          kind={dialog.kind}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
