import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type FormEvent } from 'react';
import { Button } from 'react-aria-components';
import { Problem, sentenceOf } from '../api/problem.js';
import { catalogueQuery, type CatalogueItem } from '../api/queries.js';
import { useKeyWrite, type Slot } from '../api/writes.js';
import { ConsoleDialog } from './dialog.js';
import { KeyField } from './key-field.js';
import { problemOf } from './key-problem.js';
import { KIND_NAMES } from './credential-kinds.js';
import { Loaded } from './loading.js';
import { Notice } from './notice.js';
import { ReasonField } from './reason-field.js';

interface SetKeyDialogProps {
  readonly slot: Slot;
  readonly title: string;
  /** What setting the key will do, in a sentence. */
  readonly effect: string;
  readonly onClose: () => void;
}

/** Enter the key, an optional reason, Save. */
export function SetKeyDialog({ slot, title, effect, onClose }: SetKeyDialogProps) {
  const catalogue = useQuery(catalogueQuery);
  return (
    <ConsoleDialog title={title} onClose={onClose}>
      <p>{effect}</p>
      <Loaded query={catalogue}>
        {(items) => (
          <SetKeyForm
            slot={slot}
            integration={items.find(({ id }) => id === slot.integration)!}
            onClose={onClose}
          />
        )}
      </Loaded>
    </ConsoleDialog>
  );
}

/** What is wrong with the key itself stands at the field. */
const OF_THE_KEY = ['INVALID_KEY_FORMAT', 'MASKED_VALUE'];

interface SetKeyFormProps {
  readonly slot: Slot;
  readonly integration: CatalogueItem;
  readonly onClose: () => void;
}

function SetKeyForm({ slot, integration, onClose }: SetKeyFormProps) {
  const key = useRef<HTMLInputElement>(null);
  const reason = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState(integration.shareableKinds[0] ?? 'api_key');
  const [invalid, setInvalid] = useState<string | null>(null);
  const write = useKeyWrite(slot);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const field = key.current!;
    const wrong = problemOf(field.value, integration, kind);
    setInvalid(wrong);
    if (wrong !== null) return field.focus();
    const read = () => ({
      do: 'set' as const,
      secret: field.value.trim(),
      credentialKind: kind,
      reason: reason.current?.value ?? '',
    });
    write.mutate(read, {
      onSuccess: () => {
        field.value = '';
        onClose();
      },
      onError: (error) => {
        if (error instanceof Problem && OF_THE_KEY.includes(error.code)) setInvalid(error.message);
      },
    });
  };

  return (
    <form onSubmit={submit} noValidate autoComplete="off">
      {integration.shareableKinds.length > 1 && (
        <label className="field">
          <span>Kind of credential</span>
          <select value={kind} onChange={({ target }) => setKind(target.value as typeof kind)}>
            {integration.shareableKinds.map((each) => (
              <option key={each} value={each}>
                {KIND_NAMES[each]}
              </option>
            ))}
          </select>
        </label>
      )}
      {integration.note !== undefined && <p className="hint">{integration.note}</p>}
      <KeyField integration={integration} input={key} error={invalid} />
      <ReasonField input={reason} />
      {write.isError && invalid === null && <Notice tone="bad">{sentenceOf(write.error)}</Notice>}
      <div className="actions">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        <Button type="submit" className="button primary" isPending={write.isPending}>
          {write.isPending ? 'Saving …' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
