import { integration, type Integration } from './integration.js';

/** Language models and the gateways to them. */
export const AI_MODELS: readonly Integration[] = [
  integration({
    id: 'openai',
    name: 'OpenAI',
    vendor: 'OpenAI',
    credentials: { api_key: 'https://platform.openai.com/docs/api-reference/authentication' },
  }),
  integration({
    id: 'anthropic',
    name: 'Anthropic Claude',
    vendor: 'Anthropic',
    credentials: { api_key: 'https://platform.claude.com/docs/en/manage-claude/authentication' },
    keyFormat: {
      pattern: '^sk-ant-[A-Za-z0-9_-]{10,500}$',
      description: 'begin with "sk-ant-", followed by letters, digits, "_" and "-"',
      source: 'https://platform.claude.com/docs/en/manage-claude/authentication',
    },
  }),
  integration({
    id: 'google-gemini',
    name: 'Google Gemini',
    vendor: 'Google',
    credentials: {
      api_key: 'https://ai.google.dev/gemini-api/docs/api-key',
      oauth2: 'https://ai.google.dev/gemini-api/docs/oauth',
    },
    note: 'New API keys are authorization keys, bound to a service account; unrestricted standard keys are rejected since 19 June 2026.',
  }),
  integration({
    id: 'google-vertex-ai',
    name: 'Google Vertex AI',
    vendor: 'Google Cloud',
    credentials: {
      api_key: 'https://cloud.google.com/vertex-ai/generative-ai/docs/start/api-keys',
      service_account: 'https://cloud.google.com/vertex-ai/docs/authentication',
    },
    note: 'Google recommends API keys for testing and a service account for production.',
  }),
  integration({
    id: 'azure-openai',
    name: 'Azure OpenAI in Microsoft Foundry',
    vendor: 'Microsoft',
    credentials: {
      api_key:
        'https://learn.microsoft.com/en-us/azure/foundry/concepts/authentication-authorization-foundry',
      service_account:
        'https://learn.microsoft.com/en-us/azure/foundry/concepts/authentication-authorization-foundry',
    },
    note: 'A resource may have API keys switched off; then only a Microsoft Entra service principal works.',
  }),
  integration({
    id: 'amazon-bedrock',
    name: 'Amazon Bedrock',
    vendor: 'Amazon Web Services',
    credentials: {
      api_key: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
      service_account: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html',
    },
    note: 'A short-term API key lasts 12 hours at most and works in one region only.',
  }),
  integration({
    id: 'mistral',
    name: 'Mistral AI',
    vendor: 'Mistral AI',
    credentials: {
      api_key: 'https://docs.mistral.ai/getting-started/quickstarts/studio/activate-and-generate-api-key',
    },
  }),
  integration({
    id: 'cohere',
    name: 'Cohere',
    vendor: 'Cohere',
    credentials: { api_key: 'https://docs.cohere.com/reference/about' },
  }),
  integration({
    id: 'groq',
    name: 'GroqCloud',
    vendor: 'Groq',
    credentials: { api_key: 'https://console.groq.com/docs/quickstart' },
  }),
  integration({
    id: 'perplexity',
    name: 'Perplexity',
    vendor: 'Perplexity AI',
    credentials: { api_key: 'https://docs.perplexity.ai/guides/getting-started' },
  }),
  integration({
    id: 'openrouter',
    name: 'OpenRouter',
    vendor: 'OpenRouter',
    credentials: {
      api_key: 'https://openrouter.ai/docs/api-keys',
      oauth2: 'https://openrouter.ai/docs/guides/overview/auth/oauth',
    },
  }),
  integration({
    id: 'xai',
    name: 'xAI Grok',
    vendor: 'xAI',
    credentials: { api_key: 'https://docs.x.ai/developers/rest-api-reference/inference' },
  }),
  integration({
    id: 'deepseek',
    name: 'DeepSeek',
    vendor: 'DeepSeek',
    credentials: { api_key: 'https://api-docs.deepseek.com/' },
  }),
  integration({
    id: 'together-ai',
    name: 'Together AI',
    vendor: 'Together AI',
    credentials: { api_key: 'https://docs.together.ai/docs/quickstart' },
  }),
  integration({
    id: 'fireworks-ai',
    name: 'Fireworks AI',
    vendor: 'Fireworks AI',
    credentials: { api_key: 'https://docs.fireworks.ai/getting-started/quickstart' },
  }),
  integration({
    id: 'replicate',
    name: 'Replicate',
    vendor: 'Replicate',
    credentials: { api_key: 'https://replicate.com/docs/topics/security/api-tokens' },
    keyFormat: {
      pattern: '^r8_[A-Za-z0-9_-]{10,200}$',
      description: 'begin with "r8_", followed by letters and digits',
      source: 'https://replicate.com/docs/topics/security/api-tokens',
    },
  }),
  integration({
    id: 'huggingface',
    name: 'Hugging Face',
    vendor: 'Hugging Face',
    credentials: {
      api_key: 'https://huggingface.co/docs/hub/security-tokens',
      oauth2: 'https://huggingface.co/docs/hub/oauth',
    },
    keyFormat: {
      pattern: '^hf_[A-Za-z0-9._-]{10,500}$',
      description: 'begin with "hf_", followed by letters and digits',
      source:
        'https://github.com/huggingface/huggingface.js/blob/main/packages/hub/src/utils/checkCredentials.ts',
    },
  }),
  integration({
    id: 'voyage-ai',
    name: 'Voyage AI',
    vendor: 'Voyage AI',
    credentials: { api_key: 'https://docs.voyageai.com/docs/api-key-and-installation' },
  }),
];
