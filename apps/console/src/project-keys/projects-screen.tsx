import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { projectsQuery } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { rightsIn, useSession } from '../session/session.js';
import { useOrganizationName } from '../shell/shell.js';

export function ProjectsScreen({ org }: { readonly org: string }) {
  const session = useSession();
  const { isMember } = rightsIn(session, org);
  const own = session.projects.filter(({ organizationId }) => organizationId === org);
  const name = useOrganizationName(org);
  return (
    <>
      <h1>Projects of {name}</h1>
      {isMember ? (
        <AllProjects org={org} />
      ) : (
        <ProjectList org={org} projects={own.map(({ id }) => ({ id, name: id }))} />
      )}
    </>
  );
}

function AllProjects({ org }: { readonly org: string }) {
  return (
    <Loaded query={useQuery(projectsQuery(org))}>
      {(items) => <ProjectList org={org} projects={items} />}
    </Loaded>
  );
}

interface ProjectListProps {
  readonly org: string;
  readonly projects: readonly { readonly id: string; readonly name: string }[];
}

function ProjectList({ org, projects }: ProjectListProps) {
  if (projects.length === 0) return <p className="muted">There is no project yet.</p>;
  return (
    <ul className="rows">
      {projects.map(({ id, name }) => (
        <li key={id} className="row">
          <div className="what">
            <h2>
              <Link href={`/organizations/${org}/projects/${id}/integrations`}>{name}</Link>
            </h2>
            <p className="muted">{id}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
