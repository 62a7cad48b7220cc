export { CATALOGUE, CATALOGUE_BY_CATEGORY, CATALOGUE_AS_OF, findIntegration } from './catalogue.js';
export { CREDENTIAL_KINDS, isShareable, type CredentialKind } from './credential-kind.js';
export type { Integration, KeyFormat } from './integration.js';
