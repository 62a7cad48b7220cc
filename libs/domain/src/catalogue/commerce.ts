import { integration, type Integration } from './integration.js';

/** Payments, shops and bookkeeping. */
export const COMMERCE: readonly Integration[] = [
  integration({
    id: 'stripe',
    name: 'Stripe',
    vendor: 'Stripe',
    credentials: {
      api_key: 'https://docs.stripe.com/keys',
      oauth2: 'https://docs.stripe.com/connect/oauth-reference',
    },
    keyFormat: {
      pattern: '^(?:sk|rk)_[A-Za-z0-9_]{10,500}$',
      description: 'be a secret key (begin with "sk_") or a restricted key (begin with "rk_")',
      source: 'https://docs.stripe.com/keys',
    },
    note: 'A publishable key ("pk_") is no secret and is refused.',
  }),
  integration({
    id: 'shopify',
    name: 'Shopify',
    vendor: 'Shopify',
    credentials: {
      api_key: 'https://shopify.dev/docs/apps/build/authentication-authorization/legacy/admin-custom-apps',
      oauth2: 'https://shopify.dev/docs/apps/build/authentication-authorization/authenticate-standalone-apps',
      service_account:
        'https://shopify.dev/docs/apps/build/authentication-authorization/client-credentials-grant',
    },
    note: 'Admin-created custom apps and their lasting tokens can no longer be made since 1 January 2026, existing ones go on; new apps use client credentials.',
  }),
  integration({
    id: 'quickbooks',
    name: 'QuickBooks Online',
    vendor: 'Intuit',
    credentials: {
      oauth2:
        'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0',
    },
  }),
  integration({
    id: 'xero',
    name: 'Xero',
    vendor: 'Xero',
    credentials: {
      oauth2: 'https://developer.xero.com/documentation/guides/oauth2/auth-flow/',
      service_account: 'https://developer.xero.com/documentation/guides/oauth2/custom-connections/',
    },
    note: 'The service account is a custom connection, which Xero sells apart.',
  }),
];
