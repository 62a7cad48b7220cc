import { Button } from 'react-aria-components';
import { Link } from 'wouter';
import type { ProjectIntegration } from '../api/queries.js';
import { OAuthOnly } from '../components/oauth-notice.js';
import { When } from '../components/when.js';

interface ProjectKeyRowProps {
  readonly item: ProjectIntegration;
  /** Of the explanation. */
  readonly href: string;
  readonly mayChange: boolean;
  readonly open: (kind: 'set' | 'remove') => void;
}

export function ProjectKeyRow({ item, href, mayChange, open }: ProjectKeyRowProps) {
  const { name, vendor, shareable, overrides } = item;
  return (
    <li className="row" aria-label={name}>
      <div className="what">
        <h2>{name}</h2>
        <p className="muted">{vendor}</p>
      </div>
      {shareable ? <Effective item={item} /> : <OAuthOnly name={name} kinds={item.credentialKinds} />}
      {shareable && (
        <div className="row-actions">
          <Link href={href} className="button small">
            Why<span className="visually-hidden"> this key of {name}</span>
          </Link>
          {mayChange && (
            <Button className="button small" onPress={() => open('set')}>
              {overrides ? 'Replace' : 'Enter a key'}
              <span className="visually-hidden"> for {name}</span>
            </Button>
          )}
          {mayChange && overrides && (
            <Button className="button small" onPress={() => open('remove')}>
              Remove<span className="visually-hidden"> the project&apos;s key of {name}</span>
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

const NONE = {
  not_set: 'No key is set',
  disabled: "The organization's key is switched off",
} as const;

function Effective({ item }: { readonly item: ProjectIntegration }) {
  const { source, reason, key } = item.effective;
  if (source === null || key === null)
    return (
      <div className="facts">
        <p>
          <span className="badge none">None</span> <span className="muted">{reason && NONE[reason]}</span>
        </p>
      </div>
    );
  return (
    <div className="facts">
      <p>
        <span className={`badge ${source}`}>{source === 'project' ? 'Project' : 'Organization'}</span>{' '}
        <code>{key.mask}</code> <span className="muted">version {key.version}</span>
      </p>
      <p className="muted">
        set by {key.setBy}, <When at={key.setAt} />
      </p>
    </div>
  );
}
