import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { Link } from 'wouter';
import {
  catalogueQuery,
  historyQuery,
  projectsQuery,
  type HistoryFilter,
  type HistoryItem,
} from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { When } from '../components/when.js';
import { HistoryFilters } from './history-filters.js';
import { sentenceOf } from './item-text.js';

/** Who did what, the newest first. */
export default function HistoryScreen({ org }: { readonly org: string }) {
  const [filter, setFilter] = useState<HistoryFilter>({});
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const projects = useQuery(projectsQuery(org)).data ?? [];
  const nameOf = (id: string): string => catalogue.find((one) => one.id === id)?.name ?? id;
  return (
    <>
      <h1>History</h1>
      <p className="lead">Every change, from the event log. Nothing in it can be edited.</p>
      <HistoryFilters filter={filter} onChange={setFilter} projects={projects} catalogue={catalogue} />
      <Timeline org={org} filter={filter} nameOf={nameOf} />
    </>
  );
}

interface TimelineProps {
  readonly org: string;
  readonly filter: HistoryFilter;
  readonly nameOf: (integration: string) => string;
}

function Timeline({ org, filter, nameOf }: TimelineProps) {
  const query = useInfiniteQuery(historyQuery(org, filter));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) return <p className="muted">Nothing happened that fits.</p>;
        return (
          <>
            <ol className="timeline">
              {items.map((item, n) => (
                // Refusals of one minute have one position.
                <Item key={`${item.position} ${n}`} org={org} item={item} nameOf={nameOf} />
              ))}
            </ol>
            {query.hasNextPage && (
              <Button
                className="button"
                isPending={query.isFetchingNextPage}
                onPress={() => void query.fetchNextPage()}
              >
                {query.isFetchingNextPage ? 'Reading …' : 'Show older'}
              </Button>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

interface ItemProps {
  readonly org: string;
  readonly item: HistoryItem;
  readonly nameOf: (integration: string) => string;
}

function Item({ org, item, nameOf }: ItemProps) {
  const { actor, kind, occurredAt, position, version, mask, reason } = item;
  return (
    <li className={`event ${kind}`}>
      <p>
        <strong>{actor.subject}</strong> {sentenceOf(item, nameOf)}
        {version !== null && (
          <>
            {' '}
            <span className="muted">
              (version {version}
              {mask !== null && (
                <>
                  , <code>{mask}</code>
                </>
              )}
              )
            </span>
          </>
        )}
      </p>
      {reason !== null && <p className="reason">“{reason}”</p>}
      <p className="muted">
        <When at={occurredAt} />
        {kind !== 'refused' && (
          <>
            {' · '}
            <Link href={`/organizations/${org}/time-travel#${encodeURIComponent(position)}`}>
              Keys as of then<span className="visually-hidden">, {occurredAt}</span>
            </Link>
          </>
        )}
      </p>
    </li>
  );
}
