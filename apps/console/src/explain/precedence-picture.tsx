import type { Candidate } from '../api/queries.js';
import { When } from '../components/when.js';

interface PrecedencePictureProps {
  readonly candidates: readonly Candidate[];
  readonly source: Candidate['source'] | null;
  readonly reason: 'not_set' | 'disabled' | null;
}

const NAMES = { project: "The project's own key", organization: "The organization's key" } as const;
const VERDICTS = {
  effective: 'Used',
  overridden: 'Overridden',
  not_set: 'Not set',
  disabled: 'Switched off',
} as const;

/** The candidates in order of precedence, from the first that is asked to what comes out. */
export function PrecedencePicture({ candidates, source, reason }: PrecedencePictureProps) {
  return (
    <ol className="precedence">
      {candidates.map((candidate) => (
        <li key={candidate.source} className={`candidate ${candidate.verdict}`}>
          <CandidateCard candidate={candidate} />
        </li>
      ))}
      <li className={`result ${source === null ? 'none' : 'found'}`}>
        <h2>{source === null ? 'No key' : `${NAMES[source]} is used`}</h2>
        <p>{source === null ? SENTENCES[reason ?? 'not_set'] : 'Workers that look it up get this one.'}</p>
      </li>
    </ol>
  );
}

const SENTENCES = {
  not_set: 'Neither the project nor the organization has a key: workers are told that none is set.',
  disabled: 'The only key is switched off: workers are told so, and use none.',
} as const;

function CandidateCard({ candidate }: { readonly candidate: Candidate }) {
  const { source, verdict, why, key } = candidate;
  return (
    <>
      <h2>
        {NAMES[source]} <span className={`badge ${verdict}`}>{VERDICTS[verdict]}</span>
      </h2>
      <p>{why}</p>
      {key && (
        <p className="muted">
          <code>{key.mask}</code> version {key.version}, set by {key.setBy}, <When at={key.setAt} />
        </p>
      )}
    </>
  );
}
