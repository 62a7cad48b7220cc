import type { Integration } from '../catalogue/index.js';
import { checkCredentialKind, checkKeyPolicy, type KeyIntent, type KeyPolicyFacts } from './key-policy.js';

const serp: Integration = {
  id: 'serp',
  name: 'Serp',
  vendor: 'Serp',
  credentialKinds: ['api_key'],
  documentationUrl: 'https://example.com',
  credentialSources: { api_key: 'https://example.com' },
};
const mail: Integration = {
  ...serp,
  id: 'mail',
  name: 'Mail',
  credentialKinds: ['oauth2', 'service_account'],
};
const chat: Integration = { ...serp, id: 'chat', name: 'Chat', credentialKinds: ['oauth2', 'api_key'] };

const facts: KeyPolicyFacts = {
  organizationId: 'acme',
  organization: { registered: true, name: 'Acme', plan: 'enterprise', version: 1 },
  rollout: { percentage: 0, include: ['acme'], exclude: [] },
  project: { id: 'website', state: { status: 'active', name: 'Website', version: 1 } },
  integrationId: 'serp',
  integration: serp,
};
const intents: readonly KeyIntent[] = ['set', 'enable', 'disable', 'remove'];
const code = (intent: KeyIntent, changed: Partial<KeyPolicyFacts>): string | null => {
  const decision = checkKeyPolicy(intent, { ...facts, ...changed });
  return decision?.kind === 'refused' ? decision.refusal.code : null;
};

describe('The key policy', () => {
  it.each(intents)('lets an Enterprise organization in the rollout %s a key', (intent) => {
    expect(code(intent, {})).toBeNull();
  });

  it.each(['free', 'team'] as const)(
    'refuses setting and enabling on the %s plan, and never removing or disabling',
    (plan) => {
      const organization = { ...facts.organization, plan };
      expect(intents.map((intent) => code(intent, { organization }))).toEqual([
        'NOT_ENTITLED',
        'NOT_ENTITLED',
        null,
        null,
      ]);
    },
  );

  it('refuses setting and enabling outside the rollout, and never removing or disabling', () => {
    const rollout = { percentage: 0, include: [], exclude: [] };
    expect(intents.map((intent) => code(intent, { rollout }))).toEqual([
      'NOT_ROLLED_OUT',
      'NOT_ROLLED_OUT',
      null,
      null,
    ]);
  });

  it('names the plan before the rollout', () => {
    const organization = { ...facts.organization, plan: 'free' as const };
    expect(code('set', { organization, rollout: { percentage: 0, include: [], exclude: [] } })).toBe(
      'NOT_ENTITLED',
    );
  });

  it('words the two refusals as the product does', () => {
    const detail = (changed: Partial<KeyPolicyFacts>): string => {
      const decision = checkKeyPolicy('set', { ...facts, ...changed });
      return decision?.kind === 'refused' ? decision.refusal.detail : '';
    };
    expect(detail({ organization: { ...facts.organization, plan: 'team' } })).toMatch(/Enterprise plan/);
    expect(detail({ rollout: { percentage: 0, include: [], exclude: [] } })).toMatch(
      /Contact your sales representative/,
    );
  });

  it.each(intents)('refuses to %s a key of an unknown organization, project or integration', (intent) => {
    expect(code(intent, { organization: { ...facts.organization, registered: false } })).toBe(
      'UNKNOWN_ORGANIZATION',
    );
    expect(code(intent, { project: { id: 'x', state: { status: 'unknown', name: '', version: 0 } } })).toBe(
      'UNKNOWN_PROJECT',
    );
    expect(code(intent, { integration: undefined })).toBe('UNKNOWN_INTEGRATION');
  });

  it('lets the key of an archived project be removed, and nothing else be done with it', () => {
    const project = { id: 'website', state: { status: 'archived' as const, name: 'Website', version: 2 } };
    expect(code('set', { project })).toBe('UNKNOWN_PROJECT');
    expect(code('remove', { project })).toBeNull();
  });
});

describe('A credential kind', () => {
  it('is accepted when the integration has it and it belongs to no person', () => {
    expect(checkCredentialKind(serp, 'api_key')).toBeNull();
    expect(checkCredentialKind(chat, 'api_key')).toBeNull();
    expect(checkCredentialKind(mail, 'service_account')).toBeNull();
  });

  it('is refused by kind and not by integration: OAuth never, though the vendor has API keys too', () => {
    expect(checkCredentialKind(chat, 'oauth2')).toMatchObject({
      refusal: {
        code: 'CREDENTIAL_KIND_NOT_SHAREABLE',
        metadata: { shareableKinds: 'api_key', remedy: 'connect_own_account_or_service_account' },
      },
    });
  });

  it('is refused where the integration has only OAuth, and the refusal says what to connect', () => {
    const onlyOAuth: Integration = { ...mail, credentialKinds: ['oauth2'] };
    expect(checkCredentialKind(onlyOAuth, 'api_key')).toMatchObject({
      refusal: { detail: expect.stringMatching(/Connect your own account, or a service account/) as string },
    });
  });

  it('is refused where the integration has another shareable kind, and the refusal names it', () => {
    expect(checkCredentialKind(mail, 'api_key')).toMatchObject({
      refusal: { metadata: { shareableKinds: 'service_account' } },
    });
  });
});
