import { CREDENTIAL_KINDS, type CredentialKind } from './credential-kind.js';

/** The shape of an `api_key` credential, as the vendor publishes it. Other kinds are not held against it. */
export interface KeyFormat {
  /**
   * Source of a regular expression that a whole key must match: anchored at both ends, without nested
   * or neighbouring unbounded quantifiers, so that matching takes time linear in the key's length.
   * It is lenient on purpose (the published prefix, then a generous length): a real key that is
   * refused does more harm than a typing mistake that is not caught.
   */
  readonly pattern: string;
  /** The rule in words, for an error message: it completes "The key must ...". */
  readonly description: string;
  /** Where the vendor publishes it. */
  readonly source: string;
}

/** An entry of the catalogue. */
export interface Integration {
  readonly id: string;
  readonly name: string;
  /** Who runs the service and issues its credentials. */
  readonly vendor: string;
  /** In the order of {@link CREDENTIAL_KINDS}; never empty. */
  readonly credentialKinds: readonly CredentialKind[];
  /** The vendor's page on how programs get in. */
  readonly documentationUrl: string;
  /** For each of the credential kinds, the vendor's page that says so. */
  readonly credentialSources: Readonly<Partial<Record<CredentialKind, string>>>;
  /** Absent where the vendor publishes no format, or asks not to rely on one. */
  readonly keyFormat?: KeyFormat;
  /** What an admin should know before choosing a kind: an end date, a restriction. A whole sentence. */
  readonly note?: string;
}

/** What a category file states of an integration; the rest is derived. */
export interface IntegrationFacts {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  /** Each credential kind with the vendor's page that says so. */
  readonly credentials: Readonly<Partial<Record<CredentialKind, string>>>;
  /** Where it is not the page of the first credential kind. */
  readonly documentationUrl?: string;
  readonly keyFormat?: KeyFormat;
  readonly note?: string;
}

/** @throws Error when no credential kind is stated: such an entry could never be used. */
export function integration(facts: IntegrationFacts): Integration {
  const { id, name, vendor, credentials, keyFormat, note } = facts;
  const credentialKinds = CREDENTIAL_KINDS.filter((kind) => credentials[kind] !== undefined);
  const documentationUrl = facts.documentationUrl ?? firstSource(credentialKinds, credentials);
  if (documentationUrl === undefined) throw new Error(`Integration "${id}" states no credential kind.`);
  return Object.freeze({
    id,
    name,
    vendor,
    credentialKinds: Object.freeze(credentialKinds),
    documentationUrl,
    credentialSources: Object.freeze({ ...credentials }),
    ...(keyFormat && { keyFormat: Object.freeze({ ...keyFormat }) }),
    ...(note !== undefined && { note }),
  });
}

function firstSource(
  kinds: readonly CredentialKind[],
  credentials: IntegrationFacts['credentials'],
): string | undefined {
  const first = kinds[0];
  return first && credentials[first];
}
