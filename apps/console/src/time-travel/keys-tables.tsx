import { useQuery } from '@tanstack/react-query';
import { keysAtQuery } from '../api/queries.js';
import { DataTable } from '../components/data-table.js';
import { Loaded } from '../components/loading.js';
import { plural } from '../components/plural.js';
import { differences, usedAt, type Difference, type Used } from './keys-of-moment.js';

interface KeysAtProps {
  readonly org: string;
  readonly at: string;
  readonly nameOf: (integration: string) => string;
}

export function KeysAt({ org, at, nameOf }: KeysAtProps) {
  const query = useQuery({ ...keysAtQuery(org, at), placeholderData: (before) => before });
  return (
    <div aria-busy={query.isPlaceholderData}>
      <Loaded query={query}>
        {(keys) => {
          const used = usedAt(keys);
          if (used.length === 0)
            return <p className="muted">No key had been set, or there was no project.</p>;
          return (
            <DataTable
              label="Effective keys"
              caption={`${plural(keys.projects.length, 'project')} at that moment`}
              columns={['Integration', 'Project', 'Key it used']}
            >
              {used.map((one) => (
                <tr key={`${one.integrationId} ${one.projectId}`}>
                  <td>{nameOf(one.integrationId)}</td>
                  <td>{one.projectName}</td>
                  <td>
                    <UsedKey used={one} />
                  </td>
                </tr>
              ))}
            </DataTable>
          );
        }}
      </Loaded>
    </div>
  );
}

interface KeysBetweenProps {
  readonly org: string;
  readonly from: string;
  readonly to: string;
  readonly nameOf: (integration: string) => string;
}

export function KeysBetween({ org, from, to, nameOf }: KeysBetweenProps) {
  const before = useQuery({ ...keysAtQuery(org, from), placeholderData: (last) => last });
  const after = useQuery({ ...keysAtQuery(org, to), placeholderData: (last) => last });
  return (
    <div aria-busy={before.isPlaceholderData || after.isPlaceholderData}>
      <Loaded query={before}>
        {(earlier) => (
          <Loaded query={after}>
            {(later) => <Differences all={differences(usedAt(earlier), usedAt(later))} nameOf={nameOf} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  );
}

interface DifferencesProps {
  readonly all: readonly Difference[];
  readonly nameOf: (integration: string) => string;
}

function Differences({ all, nameOf }: DifferencesProps) {
  if (all.length === 0) return <p className="muted">No project used another key at the later moment.</p>;
  return (
    <DataTable
      label="Differences"
      caption={plural(all.length, 'difference')}
      columns={['Integration', 'Project', 'Earlier', 'Later']}
    >
      {all.map(({ before, after }) => {
        const { integrationId, projectId, projectName } = (after ?? before)!;
        return (
          <tr key={`${integrationId} ${projectId}`}>
            <td>{nameOf(integrationId)}</td>
            <td>{projectName}</td>
            <td>
              <UsedKey used={before} />
            </td>
            <td>
              <UsedKey used={after} />
            </td>
          </tr>
        );
      })}
    </DataTable>
  );
}

function UsedKey({ used }: { readonly used: Used | null }) {
  if (!used || used.source === null)
    return <span className="badge none">{used?.reason === 'disabled' ? 'None: switched off' : 'None'}</span>;
  return (
    <>
      <span className={`badge ${used.source}`}>{used.source === 'project' ? 'Project' : 'Organization'}</span>{' '}
      <code>{used.mask}</code> <span className="muted">version {used.version}</span>
    </>
  );
}
