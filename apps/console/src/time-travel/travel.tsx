import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Switch } from 'react-aria-components';
import { catalogueQuery, type HistoryItem } from '../api/queries.js';
import { sentenceOf } from '../history/item-text.js';
import { KeysAt, KeysBetween } from './keys-tables.js';
import { MomentSlider } from './moment-slider.js';

interface TravelProps {
  readonly org: string;
  /** The oldest first; there is one at least. */
  readonly moments: readonly HistoryItem[];
  /** Position of the moment to begin with; null: the last, whichever that comes to be. */
  readonly begin: string | null;
}

/** Moments are kept by position: more of them may come at either end. */
export function Travel({ org, moments, begin }: TravelProps) {
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const nameOf = (id: string): string => catalogue.find((one) => one.id === id)?.name ?? id;
  const [isComparing, setComparing] = useState(false);
  const [earlier, setEarlier] = useState<string | null>(null);
  const [later, setLater] = useState(begin);
  const last = moments.length - 1;
  const placeOf = (position: string | null, otherwise: number): number =>
    position === null ? otherwise : moments.findIndex((moment) => moment.position === position);
  const to = placeOf(later, last);
  const from = Math.min(placeOf(earlier, 0), to);
  const pick = (value: readonly number[]): void => {
    if (value.length === 2) setEarlier(moments[value[0]!]!.position);
    setLater(value.at(-1) === last ? null : moments[value.at(-1)!]!.position);
  };
  const describe = (n: number): string =>
    `${new Date(moments[n]!.occurredAt).toLocaleString()}: ${moments[n]!.actor.subject} ${sentenceOf(moments[n]!, nameOf)}`;
  return (
    <>
      <div className="card">
        <MomentSlider
          last={last}
          value={isComparing ? [from, to] : [to]}
          describe={describe}
          onChange={pick}
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
