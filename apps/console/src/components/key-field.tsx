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

/** A mask begins so: what is shown in place of a key is no key. */
const MASK = /^[•*]{4}/;

/** What can be said without asking the server; null: nothing. */
export function problemOf(secret: string, { keyFormat, vendor }: CatalogueItem, kind: string): string | null {
  if (secret === '') return 'Paste the key.';
  if (MASK.test(secret)) return 'This is what is shown in place of a key. Paste the key itself.';
  if (/\s/.test(secret.trim()) && kind === 'api_key')
    return 'There is white space in it: it was not copied whole, or with more than the key.';
  if (kind !== 'api_key' || !keyFormat || new RegExp(keyFormat.pattern, 'u').test(secret.trim())) return null;
  return `Keys of ${vendor} ${keyFormat.description}. This one does not.`;
}
