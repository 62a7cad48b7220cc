import type { RefObject } from 'react';

/** Why something is done; it is kept in the history. */
export function ReasonField({ input }: { readonly input: RefObject<HTMLInputElement | null> }) {
  return (
    <label className="field">
      <span>Reason (optional)</span>
      <input
        ref={input}
        maxLength={512}
        autoComplete="off"
        placeholder="Shown in the history; never put a key in it"
      />
    </label>
  );
}
