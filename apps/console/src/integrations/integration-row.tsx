import { Button, Switch } from 'react-aria-components';
import type { OrgIntegration } from '../api/queries.js';
import { KIND_NAMES } from '../components/credential-kinds.js';
import { OAuthOnly } from '../components/oauth-notice.js';
import { plural } from '../components/plural.js';
import { When } from '../components/when.js';
import { STATE_NAMES } from './matches.js';
import type { DialogKind } from './org-key-dialogs.js';

interface IntegrationRowProps {
  readonly item: OrgIntegration;
  /** Whether the person may change it at all. */
  readonly mayChange: boolean;
  /** Why keys cannot be set or switched on now; null: they can. */
  readonly refusal: string | null;
  readonly open: (kind: DialogKind) => void;
}

export function IntegrationRow({ item, mayChange, refusal, open }: IntegrationRowProps) {
  const { name, vendor, credentialKinds, shareable, state } = item;
  return (
    <li className="row" aria-label={name}>
      <div className="what">
        <h2>{name}</h2>
        <p className="muted">
          {vendor} · {credentialKinds.map((kind) => KIND_NAMES[kind]).join(', ')}
        </p>
      </div>
      {shareable ? <KeyFactsOf item={item} /> : <OAuthOnly name={name} kinds={credentialKinds} />}
      {shareable && mayChange && <Actions item={item} refusal={refusal} open={open} />}
      {shareable && !mayChange && <span className={`state ${state}`}>{STATE_NAMES[state]}</span>}
    </li>
  );
}

function KeyFactsOf({ item }: { readonly item: OrgIntegration }) {
  const { changedBy, changedAt, state, overridingProjects } = item;
  return (
    <div className="facts">
      {state === 'not_set' ? (
        <p className="muted">No key{changedAt !== null && ' any more'}</p>
      ) : (
        <SetKey item={item} />
      )}
      {state === 'disabled' && (
        <p className="muted">
          switched off by {changedBy}, <When at={changedAt!} />
        </p>
      )}
      {overridingProjects > 0 && (
        <p className="muted">overridden by {plural(overridingProjects, 'project')}</p>
      )}
    </div>
  );
}

function SetKey({ item: { mask, version, setBy, setAt, lastUsedAt } }: { readonly item: OrgIntegration }) {
  return (
    <>
      <p>
        <code>{mask}</code> <span className="muted">version {version}</span>
      </p>
      <p className="muted">
        set by {setBy}, <When at={setAt!} />
      </p>
      <LastUsed at={lastUsedAt} />
    </>
  );
}

function LastUsed({ at }: { readonly at: string | null }) {
  if (at === null) return <p className="muted">not used yet</p>;
  return (
    <p className="muted">
      last used <When at={at} />
    </p>
  );
}

function Actions({ item, refusal, open }: Omit<IntegrationRowProps, 'mayChange'>) {
  const { name, state, overridingProjects } = item;
  const isOn = state === 'enabled';
  const cannotSwitchOn = refusal !== null && !isOn;
  return (
    <div className="row-actions">
      {state !== 'not_set' && (
        <>
          <Button className="button small" isDisabled={refusal !== null} onPress={() => open('set')}>
            Replace<span className="visually-hidden"> the key of {name}</span>
          </Button>
          <Button className="button small" onPress={() => open('remove')}>
            Remove<span className="visually-hidden"> the key of {name}</span>
          </Button>
        </>
      )}
      {(state !== 'not_set' || overridingProjects > 0) && (
        <Button className="button small" onPress={() => open('usage')}>
          Who uses it<span className="visually-hidden"> ({name})</span>
        </Button>
      )}
      <Switch
        className="switch"
        aria-label={`${name} for all projects`}
        isSelected={isOn}
        isDisabled={cannotSwitchOn}
        onChange={() => open(toggleDialog(state))}
      >
        <span className="track" aria-hidden="true" />
        <span aria-hidden="true">{STATE_NAMES[state]}</span>
      </Switch>
      {cannotSwitchOn && <span className="visually-hidden">{refusal}</span>}
    </div>
  );
}

function toggleDialog(state: OrgIntegration['state']): DialogKind {
  if (state === 'enabled') return 'off';
  return state === 'disabled' ? 'again' : 'set';
}
