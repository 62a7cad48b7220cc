import { integration, type Integration } from './integration.js';

/** Vector stores, warehouses and databases. */
export const DATABASES: readonly Integration[] = [
  integration({
    id: 'pinecone',
    name: 'Pinecone',
    vendor: 'Pinecone',
    credentials: {
      api_key: 'https://docs.pinecone.io/reference/api/authentication',
      service_account: 'https://docs.pinecone.io/reference/cli/authentication',
    },
    note: 'A service account is for administration; reading and writing records takes an API key.',
  }),
  integration({
    // No keyFormat: granular keys are recognizable, the older admin keys are not, and both work.
    id: 'qdrant',
    name: 'Qdrant Cloud',
    vendor: 'Qdrant',
    credentials: { api_key: 'https://qdrant.tech/documentation/cloud/authentication/' },
  }),
  integration({
    id: 'weaviate',
    name: 'Weaviate Cloud',
    vendor: 'Weaviate',
    credentials: { api_key: 'https://docs.weaviate.io/cloud/manage-clusters/authentication' },
  }),
  integration({
    id: 'supabase',
    name: 'Supabase',
    vendor: 'Supabase',
    credentials: { api_key: 'https://supabase.com/docs/guides/getting-started/api-keys' },
    keyFormat: {
      pattern: '^(?:sb_secret_|sb_publishable_|eyJ)[A-Za-z0-9._-]{10,2000}$',
      description: 'begin with "sb_secret_" or "sb_publishable_", or be a legacy JSON Web Token',
      source: 'https://supabase.com/docs/guides/getting-started/api-keys',
    },
  }),
  integration({
    id: 'snowflake',
    name: 'Snowflake',
    vendor: 'Snowflake',
    credentials: {
      api_key: 'https://docs.snowflake.com/en/user-guide/programmatic-access-tokens',
      oauth2: 'https://docs.snowflake.com/en/user-guide/oauth-snowflake-overview',
      service_account: 'https://docs.snowflake.com/en/user-guide/key-pair-auth',
    },
  }),
  integration({
    id: 'databricks',
    name: 'Databricks',
    vendor: 'Databricks',
    credentials: {
      api_key: 'https://docs.databricks.com/aws/en/dev-tools/auth/pat',
      oauth2: 'https://docs.databricks.com/aws/en/dev-tools/auth/oauth-u2m',
      service_account: 'https://docs.databricks.com/aws/en/dev-tools/auth/oauth-m2m',
    },
  }),
  integration({
    id: 'google-bigquery',
    name: 'Google BigQuery',
    vendor: 'Google Cloud',
    credentials: {
      oauth2: 'https://cloud.google.com/bigquery/docs/authentication',
      service_account: 'https://cloud.google.com/bigquery/docs/authentication',
    },
  }),
  integration({
    id: 'airtable',
    name: 'Airtable',
    vendor: 'Airtable',
    credentials: {
      api_key: 'https://airtable.com/developers/web/guides/personal-access-tokens',
      oauth2: 'https://airtable.com/developers/web/api/authentication',
    },
    note: 'Airtable ended its API keys on 1 February 2024; "api_key" is a personal access token here.',
  }),
];
