import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button } from 'react-aria-components';
import { historyQuery, type HistoryItem } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { Notice } from '../components/notice.js';
import { plural } from '../components/plural.js';
import { Travel } from './travel.js';

/** How much of the history is fetched at once. */
const MOMENTS = 200;

/** Every effective key as of any moment of the log, and what is different between two. */
export default function TimeTravelScreen({ org }: { readonly org: string }) {
  const query = useInfiniteQuery(historyQuery(org, {}, MOMENTS));
  const { data, hasNextPage, isFetching, fetchNextPage } = query;
  const wanted = positionInAddress();
  const isReached =
    wanted === null || momentsOf(data?.pages ?? []).some(({ position }) => position === wanted);
  const isSearching = !isReached && hasNextPage;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);
  return (
    <>
      <h1>Time travel</h1>
      <p className="lead">Every effective key as it was at a moment, made from the event log.</p>
      <Loaded query={query}>
        {({ pages }) => {
          if (isSearching) return <p className="loading">Reading further back …</p>;
          const moments = momentsOf(pages);
          return (
            <>
              {!isReached && (
                <Notice tone="bad">There is no such moment in the history of this organization.</Notice>
              )}
              {moments.length > 0 && <Travel org={org} moments={moments} begin={isReached ? wanted : null} />}
              {hasNextPage && (
                <p className="further">
                  Of the history these are the last {plural(moments.length, 'event')}.{' '}
                  <Button
                    className="button small"
                    isPending={isFetching}
                    onPress={() => void fetchNextPage()}
                  >
                    Reach further back
                  </Button>
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** The oldest first, without what was refused and changed nothing. */
function momentsOf(pages: readonly { readonly items: readonly HistoryItem[] }[]): readonly HistoryItem[] {
  return pages.flatMap(({ items }) => items.filter(({ kind }) => kind !== 'refused')).reverse();
}

/** The history links to a moment. */
function positionInAddress(): string | null {
  return location.hash === '' ? null : decodeURIComponent(location.hash.slice(1));
}
