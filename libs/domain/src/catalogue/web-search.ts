import { integration, type Integration } from './integration.js';

/** Searching the web and reading its pages. */
export const WEB_SEARCH: readonly Integration[] = [
  integration({
    id: 'serpapi',
    name: 'SerpApi',
    vendor: 'SerpApi',
    credentials: { api_key: 'https://serpapi.com/search-api' },
  }),
  integration({
    id: 'tavily',
    name: 'Tavily',
    vendor: 'Tavily',
    credentials: { api_key: 'https://docs.tavily.com/api-reference/introduction' },
    keyFormat: {
      pattern: '^tvly-[A-Za-z0-9_-]{10,200}$',
      description: 'begin with "tvly-", followed by letters, digits and "-"',
      source: 'https://docs.tavily.com/api-reference/introduction',
    },
  }),
  integration({
    id: 'exa',
    name: 'Exa',
    vendor: 'Exa',
    credentials: { api_key: 'https://exa.ai/docs/get-started/quickstart' },
  }),
  integration({
    // No keyFormat: new keys begin with "fc-", yet older ones without it still work.
    id: 'firecrawl',
    name: 'Firecrawl',
    vendor: 'Firecrawl',
    credentials: { api_key: 'https://docs.firecrawl.dev/api-reference/v2-introduction' },
  }),
  integration({
    id: 'apify',
    name: 'Apify',
    vendor: 'Apify',
    credentials: { api_key: 'https://docs.apify.com/platform/integrations/api' },
  }),
  integration({
    id: 'brave-search',
    name: 'Brave Search',
    vendor: 'Brave',
    credentials: { api_key: 'https://api-dashboard.search.brave.com/documentation/guides/authentication' },
  }),
];
