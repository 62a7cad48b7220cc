import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Switch } from 'react-aria-components';
import { catalogueQuery, historyQuery, type HistoryItem } from '../api/queries.js';
import { Loaded } from '../components/loading.js';
import { sentenceOf } from '../history/item-text.js';
import { KeysAt, KeysBetween } from './keys-tables.js';
import { MomentSlider } from './moment-slider.js';

const MOMENTS = 500;

/** Every effective key as of any moment of the log, and what is different between two. */
export default function TimeTravelScreen({ org }: { readonly org: string }) {
  const query = useInfiniteQuery(historyQuery(org, {}, MOMENTS));
  return (
    <>
      <h1>Time travel</h1>
      <p className="lead">Every effective key as it was at a moment, made from the event log.</p>
      <Loaded query={query}>
        {({ pages }) => {
          // What was refused changed nothing.
          const moments = pages
            .flatMap(({ items }) => items.filter(({ kind }) => kind !== 'refused'))
            .reverse();
          return <Travel key={moments.length} org={org} moments={moments} />;
        }}
      </Loaded>
    </>
  );
}

interface TravelProps {
  readonly org: string;
  /** The oldest first. */
  readonly moments: readonly HistoryItem[];
}

function Travel({ org, moments }: TravelProps) {
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const nameOf = (id: string): string => catalogue.find((one) => one.id === id)?.name ?? id;
  const last = moments.length - 1;
  const [isComparing, setComparing] = useState(false);
  const [[from, to], setRange] = useState<readonly [number, number]>([0, placeInAddress(moments) ?? last]);
  const describe = (n: number): string =>
    `${new Date(moments[n]!.occurredAt).toLocaleString()}: ${moments[n]!.actor.subject} ${sentenceOf(moments[n]!, nameOf)}`;
  return (
    <>
      <div className="card">
        <MomentSlider
          last={last}
          value={isComparing ? [from, to] : [to]}
          describe={describe}
          onChange={(value) => setRange(value.length === 2 ? [value[0]!, value[1]!] : [from, value[0]!])}
        />
        <Switch className="switch" isSelected={isComparing} onChange={setComparing}>
          <span className="track" aria-hidden="true" /> Compare two moments
        </Switch>
      </div>
      {isComparing ? (
        <KeysBetween org={org} from={moments[from]!.position} to={moments[to]!.position} nameOf={nameOf} />
      ) : (
        <KeysAt org={org} at={moments[to]!.position} nameOf={nameOf} />
      )}
    </>
  );
}

/** The history links to a moment. */
function placeInAddress(moments: readonly HistoryItem[]): number | undefined {
  const position = decodeURIComponent(location.hash.slice(1));
  const place = moments.findIndex((moment) => moment.position === position);
  return place === -1 ? undefined : place;
}
