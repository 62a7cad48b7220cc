import { useRef, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { sentenceOf } from '../api/problem.js';
import { useKeyWrite, type Slot } from '../api/writes.js';
import { ConsoleDialog } from './dialog.js';
import { Notice } from './notice.js';
import { ReasonField } from './reason-field.js';

interface ConfirmDialogProps {
  readonly title: string;
  readonly slot: Slot;
  readonly act: 'remove' | 'disable' | 'enable';
  /** What the button says. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** What it will do. */
  readonly children: ReactNode;
  /** Other ways out, before the button. */
  readonly others?: ReactNode;
  readonly onClose: () => void;
}

/** Says what a change will do before it is done. */
export function ConfirmDialog({
  title,
  slot,
  act,
  action,
  isDangerous,
  children,
  others,
  onClose,
}: ConfirmDialogProps) {
  const reason = useRef<HTMLInputElement>(null);
  const write = useKeyWrite(slot);
  const confirm = (): void =>
    write.mutate(() => ({ do: act, reason: reason.current?.value ?? '' }), { onSuccess: onClose });
  return (
    <ConsoleDialog title={title} onClose={onClose}>
      {children}
      {write.isError && <Notice tone="bad">{sentenceOf(write.error)}</Notice>}
      <ReasonField input={reason} />
      <div className="actions">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        {others}
        <Button
          className={`button ${isDangerous ? 'danger' : 'primary'}`}
          isPending={write.isPending}
          onPress={confirm}
        >
          {write.isPending ? 'Saving …' : action}
        </Button>
      </div>
    </ConsoleDialog>
  );
}
