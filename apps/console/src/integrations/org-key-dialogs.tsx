import { useQuery } from '@tanstack/react-query';
import { Button } from 'react-aria-components';
import { usageQuery, type OrgIntegration } from '../api/queries.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { SetKeyDialog } from '../components/set-key-dialog.js';
import { UsageDialog, WhatStops } from './usage.js';

export type DialogKind = 'set' | 'again' | 'off' | 'remove' | 'usage';

export interface OpenDialog {
  readonly kind: DialogKind;
  readonly integration: string;
}

interface OrgKeyDialogsProps {
  readonly org: string;
  readonly item: OrgIntegration;
  readonly kind: DialogKind;
  readonly open: (dialog: OpenDialog) => void;
  readonly onClose: () => void;
}

/** What is asked before the organization's key for an integration is changed. */
export function OrgKeyDialogs({ org, item, kind, open, onClose }: OrgKeyDialogsProps) {
  const { name, mask, id: integration } = item;
  const slot = { org, project: null, integration };
  const usage = useQuery(usageQuery(org, integration));
  switch (kind) {
    case 'set':
      return <SetOrgKey item={item} slot={slot} onClose={onClose} />;
    case 'again':
      return (
        <ConfirmDialog
          title={`Use the kept key of ${name} again?`}
          slot={slot}
          act="enable"
          action="Use it again"
          onClose={onClose}
          others={
            <Button className="button" onPress={() => open({ kind: 'set', integration })}>
              Enter another key
            </Button>
          }
        >
          <p>
            The key <code>{mask}</code>, set by {item.setBy}, was kept when it was switched off. All projects
            without a key of their own will use it again.
          </p>
        </ConfirmDialog>
      );
    case 'off':
      return (
        <ConfirmDialog
          title={`Switch ${name} off?`}
          slot={slot}
          act="disable"
          action="Switch off"
          isDangerous
          onClose={onClose}
        >
          <WhatStops query={usage} />
          <p>The key is kept, and can be switched on again without entering it.</p>
        </ConfirmDialog>
      );
    case 'remove':
      return (
        <ConfirmDialog
          title={`Remove the key of ${name}?`}
          slot={slot}
          act="remove"
          action="Remove"
          isDangerous
          onClose={onClose}
        >
          <WhatStops query={usage} />
          <p>
            The key <code>{mask}</code> cannot be brought back: to use it again it has to be entered again.
          </p>
        </ConfirmDialog>
      );
    case 'usage':
      return <UsageDialog name={name} query={usage} onClose={onClose} />;
  }
}

interface SetOrgKeyProps {
  readonly item: OrgIntegration;
  readonly slot: { readonly org: string; readonly project: null; readonly integration: string };
  readonly onClose: () => void;
}

function SetOrgKey({ item, slot, onClose }: SetOrgKeyProps) {
  const { name, state } = item;
  const isNew = state === 'not_set';
  return (
    <SetKeyDialog
      slot={slot}
      title={isNew ? `Set a key for ${name}` : `Replace the key of ${name}`}
      effect={
        state === 'disabled'
          ? 'The new key takes the place of the one that was kept, and all projects without a key of their own use it.'
          : 'All projects without a key of their own use it at once.'
      }
      onClose={onClose}
    />
  );
}
