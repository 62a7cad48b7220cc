import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components';
import { orgIntegrationsQuery, type Entitlement, type OrgIntegration } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { Notice } from '../components/notice.js';
import { plural } from '../components/plural.js';
import { rightsIn, useSession } from '../session/session.js';
import { useOrganizationName } from '../shell/shell.js';
import { IntegrationRow } from './integration-row.js';
import { matches } from './matches.js';
import { OrgKeyDialogs, type OpenDialog } from './org-key-dialogs.js';

/** Settings > Integrations control. */
export function IntegrationsScreen({ org }: { readonly org: string }) {
  const query = useQuery(orgIntegrationsQuery(org));
  return (
    <>
      <h1>Integrations control</h1>
      <p className="lead">
        A key set here is used by all projects of {useOrganizationName(org)}, unless a project has a key of
        its own.
      </p>
      <Loaded query={query}>
        {(data) => <List org={org} items={data.items} entitlement={data.entitlement} />}
      </Loaded>
    </>
  );
}

interface ListProps {
  readonly org: string;
  readonly items: readonly OrgIntegration[];
  readonly entitlement: Entitlement;
}

function List({ org, items, entitlement }: ListProps) {
  const { isAdmin, roleIn } = rightsIn(useSession(), org);
  const [search, setSearch] = useState('');
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const wanted = useDeferredValue(search);
  const shown = items.filter((item) => matches(item, wanted)).toSorted(setFirst);
  const current = dialog && items.find(({ id }) => id === dialog.integration);
  return (
    <>
      <EntitlementNotice entitlement={entitlement} />
      {!isAdmin && (
        <Notice tone="info">
          You can look, and not change: that takes an owner or admin of the organization, and you are {roleIn}
          .
        </Notice>
      )}
      <SearchField className="search" value={search} onChange={setSearch}>
        <Label className="visually-hidden">Search integrations</Label>
        <Input placeholder="Search by name, vendor or state" />
      </SearchField>
      <p className="count" role="status">
        {plural(shown.length, 'integration')}, {items.filter(({ state }) => state === 'enabled').length} on
      </p>
      <ul className="rows">
        {shown.map((item) => (
          <IntegrationRow
            key={item.id}
            item={item}
            mayChange={isAdmin}
            refusal={entitlement.allowed ? null : (entitlement.message ?? '')}
            open={(kind) => setDialog({ kind, integration: item.id })}
          />
        ))}
      </ul>
      {dialog && current && (
        <OrgKeyDialogs
          org={org}
          item={current}
          kind={dialog.kind}
          open={setDialog}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

/** Those that have a key before those that have none; else as the catalogue has them. */
function setFirst(a: OrgIntegration, b: OrgIntegration): number {
  return Number(b.state !== 'not_set') - Number(a.state !== 'not_set');
}

const TITLES = {
  NOT_ENTITLED: 'Organization-wide keys are part of the Enterprise plan',
  NOT_ROLLED_OUT: 'Organization-wide keys are not available to this organization yet',
} as const;

export function EntitlementNotice({ entitlement }: { readonly entitlement: Entitlement }) {
  const { allowed, code, message } = entitlement;
  if (allowed || code === undefined) return null;
  return (
    <Notice tone="warn" title={TITLES[code]}>
      {message} Keys that are set can still be switched off and removed.
    </Notice>
  );
}
