import { KIND_NAMES } from './credential-kinds.js';

interface OAuthOnlyProps {
  readonly name: string;
  readonly kinds: readonly (keyof typeof KIND_NAMES)[];
}

/** In place of a key field, where the vendor lets in a person and no program. */
export function OAuthOnly({ name, kinds }: OAuthOnlyProps) {
  return (
    <p className="oauth">
      {name} lets people in by {kinds.map((kind) => KIND_NAMES[kind]).join(', ')}, which belongs to one person
      and cannot be shared. Connect your own account, or a service account.
    </p>
  );
}
