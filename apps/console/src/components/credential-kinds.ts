/** What people call the kinds of credentials. */
export const KIND_NAMES = {
  api_key: 'API key',
  service_account: 'service account',
  oauth2: 'OAuth',
} as const;
