import { integration, type Integration } from './integration.js';

/** Chat, calls, mail boxes and calendars. */
export const MESSAGING: readonly Integration[] = [
  integration({
    id: 'slack',
    name: 'Slack',
    vendor: 'Slack Technologies',
    // A bot token belongs to the app in a workspace, a user token to the member who installed it.
    credentials: {
      api_key: 'https://docs.slack.dev/authentication/tokens',
      oauth2: 'https://docs.slack.dev/authentication/installing-with-oauth',
    },
    keyFormat: {
      pattern: '^(?:xoxb-|xoxe\\.xoxb-|xapp-)[A-Za-z0-9.-]{10,500}$',
      description: 'be a bot token (begin with "xoxb-") or an app-level token (begin with "xapp-")',
      source: 'https://docs.slack.dev/authentication/tokens',
    },
    note: 'A user token ("xoxp-") acts for one member and cannot be shared.',
  }),
  integration({
    id: 'microsoft-teams',
    name: 'Microsoft Teams',
    vendor: 'Microsoft',
    credentials: {
      oauth2: 'https://learn.microsoft.com/en-us/graph/auth-v2-user',
      service_account: 'https://learn.microsoft.com/en-us/graph/auth-v2-service',
    },
  }),
  integration({
    id: 'discord',
    name: 'Discord',
    vendor: 'Discord',
    credentials: {
      api_key: 'https://docs.discord.com/developers/platform/oauth2-and-permissions',
      oauth2: 'https://docs.discord.com/developers/platform/oauth2-and-permissions',
    },
  }),
  integration({
    id: 'telegram',
    name: 'Telegram',
    vendor: 'Telegram',
    credentials: { api_key: 'https://core.telegram.org/bots/api#authorizing-your-bot' },
    keyFormat: {
      pattern: '^[0-9]{3,20}:[A-Za-z0-9_-]{10,200}$',
      description: 'be the number of the bot, a colon, then letters, digits, "_" and "-"',
      source: 'https://core.telegram.org/bots/api#authorizing-your-bot',
    },
  }),
  integration({
    id: 'twilio',
    name: 'Twilio',
    vendor: 'Twilio',
    credentials: {
      api_key: 'https://www.twilio.com/docs/iam/api-keys',
      service_account: 'https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token',
    },
    note: 'An API key is a pair of SID and secret; requests name the account SID as well.',
  }),
  integration({
    id: 'zoom',
    name: 'Zoom',
    vendor: 'Zoom',
    credentials: {
      oauth2: 'https://developers.zoom.us/docs/integrations/oauth/',
      service_account: 'https://developers.zoom.us/docs/internal-apps/create/',
    },
    note: 'The service account is a server-to-server OAuth app: account ID, client ID and client secret.',
  }),
  integration({
    id: 'gmail',
    name: 'Gmail',
    vendor: 'Google',
    documentationUrl: 'https://developers.google.com/workspace/gmail/api/guides',
    credentials: {
      oauth2: 'https://developers.google.com/workspace/guides/create-credentials',
      service_account: 'https://developers.google.com/workspace/guides/create-credentials',
    },
  }),
  integration({
    id: 'google-calendar',
    name: 'Google Calendar',
    vendor: 'Google',
    documentationUrl: 'https://developers.google.com/workspace/calendar/api/guides/overview',
    credentials: {
      oauth2: 'https://developers.google.com/workspace/guides/create-credentials',
      service_account: 'https://developers.google.com/workspace/guides/create-credentials',
    },
  }),
  integration({
    id: 'microsoft-outlook',
    name: 'Microsoft Outlook',
    vendor: 'Microsoft',
    documentationUrl: 'https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview',
    credentials: {
      oauth2: 'https://learn.microsoft.com/en-us/graph/auth-v2-user',
      service_account: 'https://learn.microsoft.com/en-us/graph/auth-v2-service',
    },
  }),
];
