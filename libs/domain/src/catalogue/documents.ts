import { integration, type Integration } from './integration.js';

/** Files, pages and designs. */
export const DOCUMENTS: readonly Integration[] = [
  integration({
    // No keyFormat: Notion asks in so many words not to validate its tokens by a pattern.
    id: 'notion',
    name: 'Notion',
    vendor: 'Notion',
    credentials: {
      api_key: 'https://developers.notion.com/reference/authentication',
      oauth2: 'https://developers.notion.com/reference/authentication',
    },
  }),
  integration({
    id: 'google-drive',
    name: 'Google Drive',
    vendor: 'Google',
    documentationUrl: 'https://developers.google.com/workspace/drive/api/guides/about-sdk',
    credentials: {
      oauth2: 'https://developers.google.com/workspace/guides/create-credentials',
      service_account: 'https://developers.google.com/workspace/guides/create-credentials',
    },
    note: 'A Google API key reaches only files that are public to everyone, so it is not offered.',
  }),
  integration({
    id: 'google-sheets',
    name: 'Google Sheets',
    vendor: 'Google',
    documentationUrl: 'https://developers.google.com/workspace/sheets/api/guides/concepts',
    credentials: {
      oauth2: 'https://developers.google.com/workspace/guides/create-credentials',
      service_account: 'https://developers.google.com/workspace/guides/create-credentials',
    },
    note: 'A Google API key reaches only spreadsheets that are public to everyone, so it is not offered.',
  }),
  integration({
    id: 'microsoft-onedrive',
    name: 'Microsoft OneDrive and SharePoint',
    vendor: 'Microsoft',
    documentationUrl: 'https://learn.microsoft.com/en-us/graph/onedrive-concept-overview',
    credentials: {
      oauth2: 'https://learn.microsoft.com/en-us/graph/auth-v2-user',
      service_account: 'https://learn.microsoft.com/en-us/graph/auth-v2-service',
    },
  }),
  integration({
    id: 'dropbox',
    name: 'Dropbox',
    vendor: 'Dropbox',
    credentials: { oauth2: 'https://dropbox.tech/developers/using-oauth-2-0-with-offline-access' },
    note: 'Dropbox issues no long-lived access tokens any more.',
  }),
  integration({
    id: 'box',
    name: 'Box',
    vendor: 'Box',
    credentials: {
      oauth2: 'https://developer.box.com/platform/authentication-methods/',
      service_account: 'https://developer.box.com/guides/authentication/jwt',
    },
  }),
  integration({
    id: 'figma',
    name: 'Figma',
    vendor: 'Figma',
    credentials: {
      api_key: 'https://developers.figma.com/docs/rest-api/personal-access-tokens/',
      oauth2: 'https://developers.figma.com/docs/rest-api/authentication',
    },
  }),
];
