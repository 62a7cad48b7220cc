/**
 * How a third party lets a program in.
 *
 * - `api_key`: one secret string that the vendor issues for programs (API key, access token, bot token).
 * - `oauth2`: the grant of one person, who consented to what the program may do with that person's account.
 * - `service_account`: credentials of an identity that was made for programs and stands for no person
 *   (a Google service account's JSON key, an app-only registration, a server-to-server app).
 */
export type CredentialKind = 'api_key' | 'oauth2' | 'service_account';

export const CREDENTIAL_KINDS: readonly CredentialKind[] = ['api_key', 'oauth2', 'service_account'];

/**
 * Whether an organization may hold a credential of this kind for its projects. An OAuth grant may
 * not be held so: whoever used it would act in the name of the one person who consented.
 */
export function isShareable(kind: CredentialKind): boolean {
  return kind !== 'oauth2';
}
