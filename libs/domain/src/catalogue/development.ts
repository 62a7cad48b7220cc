import { integration, type Integration } from './integration.js';

/** Source code, issues and tasks. */
export const DEVELOPMENT: readonly Integration[] = [
  integration({
    id: 'github',
    name: 'GitHub',
    vendor: 'GitHub',
    credentials: {
      api_key:
        'https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens',
      oauth2: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
      service_account:
        'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app',
    },
    keyFormat: {
      // Personal access tokens made before April 2021 are 40 hexadecimal digits without a prefix.
      pattern: '^(?:(?:ghp_|github_pat_)[A-Za-z0-9_]{20,255}|[a-f0-9]{40})$',
      description:
        'be a personal access token: begin with "ghp_" or "github_pat_", or be an older one of 40 hexadecimal digits',
      source:
        'https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available/',
    },
    note: 'The service account is a GitHub App: its private key, from which short-lived installation tokens are made.',
  }),
  integration({
    // No keyFormat: each self-managed instance may choose its own prefix.
    id: 'gitlab',
    name: 'GitLab',
    vendor: 'GitLab',
    credentials: {
      api_key: 'https://docs.gitlab.com/user/profile/personal_access_tokens/',
      oauth2: 'https://docs.gitlab.com/api/oauth2/',
    },
  }),
  integration({
    id: 'jira',
    name: 'Jira',
    vendor: 'Atlassian',
    credentials: {
      api_key: 'https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/',
      oauth2: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
      service_account:
        'https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/',
    },
  }),
  integration({
    id: 'confluence',
    name: 'Confluence',
    vendor: 'Atlassian',
    credentials: {
      api_key: 'https://developer.atlassian.com/cloud/confluence/basic-auth-for-rest-apis/',
      oauth2: 'https://developer.atlassian.com/cloud/confluence/oauth-2-3lo-apps/',
      service_account:
        'https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/',
    },
  }),
  integration({
    id: 'linear',
    name: 'Linear',
    vendor: 'Linear',
    credentials: {
      api_key: 'https://linear.app/developers/graphql',
      oauth2: 'https://linear.app/developers/oauth-2-0-authentication',
      service_account: 'https://linear.app/developers/oauth-actor-authorization',
    },
  }),
  integration({
    // No keyFormat: Asana treats its tokens as opaque.
    id: 'asana',
    name: 'Asana',
    vendor: 'Asana',
    credentials: {
      api_key: 'https://developers.asana.com/docs/personal-access-token',
      oauth2: 'https://developers.asana.com/docs/oauth',
      service_account: 'https://developers.asana.com/docs/authentication',
    },
    note: 'Service accounts come with Asana Enterprise.',
  }),
  integration({
    id: 'trello',
    name: 'Trello',
    vendor: 'Atlassian',
    credentials: { api_key: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/' },
    note: 'Every request takes the API key of a Power-Up and a token.',
  }),
  integration({
    id: 'monday',
    name: 'monday.com',
    vendor: 'monday.com',
    credentials: {
      api_key: 'https://developer.monday.com/api-reference/docs/authentication',
      oauth2: 'https://developer.monday.com/apps/docs/oauth',
    },
  }),
  integration({
    id: 'clickup',
    name: 'ClickUp',
    vendor: 'ClickUp',
    credentials: {
      api_key: 'https://developer.clickup.com/docs/authentication',
      oauth2: 'https://developer.clickup.com/docs/authentication',
    },
    keyFormat: {
      pattern: '^pk_[A-Za-z0-9_-]{10,200}$',
      description: 'begin with "pk_", followed by letters, digits and "_"',
      source: 'https://developer.clickup.com/docs/authentication',
    },
  }),
];
