import { integration, type Integration } from './integration.js';

/** Customers: sales, support, mailings, advertising and publishing. */
export const CUSTOMERS: readonly Integration[] = [
  integration({
    id: 'hubspot',
    name: 'HubSpot',
    vendor: 'HubSpot',
    credentials: {
      api_key:
        'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/account-service-keys',
      oauth2:
        'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/overview',
    },
    note: 'HubSpot ended its API keys on 30 November 2022 and new legacy private apps on 26 October 2026; "api_key" is a service key here, or the access token of an existing private app.',
  }),
  integration({
    id: 'salesforce',
    name: 'Salesforce',
    vendor: 'Salesforce',
    credentials: {
      oauth2: 'https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm&type=5',
      service_account:
        'https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm&type=5',
    },
  }),
  integration({
    id: 'pipedrive',
    name: 'Pipedrive',
    vendor: 'Pipedrive',
    credentials: {
      api_key: 'https://pipedrive.readme.io/docs/core-api-concepts-authentication',
      oauth2: 'https://pipedrive.readme.io/docs/marketplace-oauth-api',
    },
  }),
  integration({
    id: 'zendesk',
    name: 'Zendesk',
    vendor: 'Zendesk',
    credentials: {
      api_key: 'https://developer.zendesk.com/api-reference/introduction/security-and-auth/',
      oauth2: 'https://developer.zendesk.com/documentation/api-basics/authentication/oauth-migration/',
    },
    note: 'No new API token can be made since 27 October 2026; Zendesk deactivates the existing ones on 30 April 2027.',
  }),
  integration({
    id: 'intercom',
    name: 'Intercom',
    vendor: 'Intercom',
    credentials: {
      api_key: 'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication',
      oauth2:
        'https://developers.intercom.com/docs/build-an-integration/learn-more/authentication/setting-up-oauth',
    },
  }),
  integration({
    id: 'mailchimp',
    name: 'Mailchimp',
    vendor: 'Intuit',
    credentials: {
      api_key: 'https://mailchimp.com/developer/marketing/guides/quick-start/',
      oauth2: 'https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/',
    },
  }),
  integration({
    id: 'sendgrid',
    name: 'SendGrid',
    vendor: 'Twilio',
    credentials: { api_key: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys' },
    keyFormat: {
      pattern: '^SG\\.[A-Za-z0-9._-]{20,200}$',
      description: 'begin with "SG.", followed by letters, digits, "_", "-" and "."',
      source: 'https://github.com/sendgrid/sendgrid-nodejs/blob/main/packages/client/src/classes/client.js',
    },
  }),
  integration({
    id: 'mailgun',
    name: 'Mailgun',
    vendor: 'Sinch',
    credentials: { api_key: 'https://documentation.mailgun.com/docs/mailgun/api-reference/authentication' },
  }),
  integration({
    id: 'resend',
    name: 'Resend',
    vendor: 'Resend',
    credentials: { api_key: 'https://resend.com/docs/create-an-api-key' },
  }),
  integration({
    id: 'google-ads',
    name: 'Google Ads',
    vendor: 'Google',
    credentials: {
      oauth2: 'https://developers.google.com/google-ads/api/docs/oauth/overview',
      service_account: 'https://developers.google.com/google-ads/api/docs/oauth/service-accounts',
    },
    note: 'Every request takes a developer token as well.',
  }),
  integration({
    id: 'linkedin',
    name: 'LinkedIn',
    vendor: 'LinkedIn',
    credentials: {
      oauth2: 'https://learn.microsoft.com/en-us/linkedin/shared/authentication/authentication',
      service_account: 'https://learn.microsoft.com/en-us/linkedin/shared/authentication/authentication',
    },
    note: 'The service account is application authorization (two-legged OAuth); it reaches no member data.',
  }),
  integration({
    id: 'youtube',
    name: 'YouTube',
    vendor: 'Google',
    credentials: {
      api_key: 'https://developers.google.com/youtube/registering_an_application',
      oauth2: 'https://developers.google.com/youtube/registering_an_application',
    },
    note: 'An API key reads public data only; the YouTube Data API accepts no service account.',
  }),
  integration({
    id: 'x',
    name: 'X',
    vendor: 'X Corp.',
    credentials: {
      api_key: 'https://docs.x.com/fundamentals/authentication/oauth-2-0/bearer-tokens',
      oauth2: 'https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code',
    },
    note: 'The app-only bearer token reads public data only.',
  }),
];
