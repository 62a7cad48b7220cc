import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { catalogueQuery, explanationQuery } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { PrecedencePicture } from './precedence-picture.js';

interface ExplainScreenProps {
  readonly org: string;
  readonly project: string;
  readonly integration: string;
}

/** Which key a project uses for an integration, and why not another one. */
export default function ExplainScreen({ org, project, integration }: ExplainScreenProps) {
  const query = useQuery(explanationQuery(org, project, integration));
  const { data: catalogue } = useQuery(catalogueQuery);
  const name = catalogue?.find(({ id }) => id === integration)?.name ?? integration;
  const list = `/organizations/${org}/projects/${project}/integrations`;
  return (
    <>
      <p className="crumbs">
        <Link href={`/organizations/${org}/projects`}>Projects</Link> / <Link href={list}>{project}</Link> /{' '}
        {name}
      </p>
      <h1>
        Which key of {name} does {project} use?
      </h1>
      <Loaded query={query}>
        {({ source, reason, candidates }) => (
          <PrecedencePicture candidates={candidates} source={source} reason={reason} />
        )}
      </Loaded>
    </>
  );
}
