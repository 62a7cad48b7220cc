import { useQuery } from '@tanstack/react-query';
import { explanationQuery, type ProjectIntegration } from '../api/queries.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Loaded } from '../components/loading.js';
import { SetKeyDialog } from '../components/set-key-dialog.js';

export interface ProjectDialog {
  readonly kind: 'set' | 'remove';
  readonly integration: string;
}

interface ProjectKeyDialogProps {
  readonly slot: { readonly org: string; readonly project: string; readonly integration: string };
  readonly item: ProjectIntegration;
  readonly kind: ProjectDialog['kind'];
  readonly onClose: () => void;
}

export function ProjectKeyDialog({ slot, item, kind, onClose }: ProjectKeyDialogProps) {
  const { name, overrides } = item;
  if (kind === 'remove') return <RemoveDialog slot={slot} name={name} onClose={onClose} />;
  return (
    <SetKeyDialog
      slot={slot}
      title={overrides ? `Replace this project's key of ${name}` : `Enter a key of ${name} for this project`}
      effect="This project uses it in place of the organization's key. Other projects are not touched."
      onClose={onClose}
    />
  );
}

type RemoveDialogProps = Pick<ProjectKeyDialogProps, 'slot' | 'onClose'> & { readonly name: string };

function RemoveDialog({ slot, name, onClose }: RemoveDialogProps) {
  const query = useQuery(explanationQuery(slot.org, slot.project, slot.integration));
  return (
    <ConfirmDialog
      title={`Remove this project's key of ${name}?`}
      slot={slot}
      act="remove"
      action="Remove"
      isDangerous
      onClose={onClose}
    >
      <Loaded query={query}>
        {({ candidates }) => (
          <WhatFollows organization={candidates.find(({ source }) => source === 'organization')!} />
        )}
      </Loaded>
    </ConfirmDialog>
  );
}

interface WhatFollowsProps {
  readonly organization: { readonly verdict: string; readonly key: { readonly mask: string } | null };
}

/** What the project falls back to. */
function WhatFollows({ organization: { verdict, key } }: WhatFollowsProps) {
  if (key === null) return <p>The organization has no key: this project will be without one.</p>;
  if (verdict === 'disabled')
    return <p>The organization&apos;s key is switched off: this project will be without one.</p>;
  return (
    <p>
      This project will use the organization&apos;s key <code>…{key.mask.slice(-4)}</code> again.
    </p>
  );
}
