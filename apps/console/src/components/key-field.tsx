import { useId, type RefObject } from 'react';
import type { CatalogueItem } from '../api/queries.js';

interface KeyFieldProps {
  readonly integration: CatalogueItem;
  readonly input: RefObject<HTMLInputElement | null>;
  /** What is wrong with what was entered. */
  readonly error: string | null;
}

/**
 * Where a key is pasted. Its value lives in the field alone, never in the page's state: whoever sends it reads it from
 * there and empties it. A password field, so that nothing shows it or reads it out; "new-password", so that no browser
 * fills it in.
 */
export function KeyField({ integration, input, error }: KeyFieldProps) {
  const id = useId();
  const hint = integration.keyFormat && `Keys of ${integration.vendor} ${integration.keyFormat.description}.`;
  return (
    <div className="field">
      <label htmlFor={id}>Key</label>
      <input
        id={id}
        ref={input}
        type="password"
        autoComplete="new-password"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        data-1p-ignore
        data-lpignore="true"
        data-bwignore
        required
        aria-invalid={error !== null}
        aria-describedby={`${id}-hint ${id}-error`}
        placeholder="Paste the key"
      />
      <p id={`${id}-hint`} className="hint">
        {hint}{' '}
        <a href={integration.documentationUrl} target="_blank" rel="noreferrer">
          Where to find a key of {integration.name}
        </a>
      </p>
      <p id={`${id}-error`} className="field-error" role="alert">
        {error}
      </p>
    </div>
  );
}
