import { accessSettings } from '@keyward/access';
import { loadSettings, mergeSettings, runtimeSettings } from '@keyward/runtime';
import { apiSettings } from '../../api.settings.js';
import { sessionSettings } from './session.settings.js';
import { signInMode, type SignInMode } from './sign-in-mode.js';

const SETTINGS = mergeSettings(runtimeSettings, accessSettings, apiSettings, sessionSettings);
const modeOf = (env: Readonly<Record<string, string>>): SignInMode => signInMode(loadSettings(SETTINGS, env));

const ISSUER = 'https://id.example/realms/acme';
const TRUST = {
  KEYWARD_TOKEN_ISSUER: ISSUER,
  KEYWARD_TOKEN_JWKS_URL: 'https://id.example/jwks',
};
const OIDC = {
  ...TRUST,
  KEYWARD_OIDC_ISSUER: ISSUER,
  KEYWARD_OIDC_CLIENT_ID: 'keyward-console',
  KEYWARD_PUBLIC_URL: 'https://keyward.example/',
};

describe('The settings of the sign-in', () => {
  it('let nobody sign in unless they say how', () => {
    expect(modeOf({})).toEqual({ kind: 'none' });
    expect(modeOf(TRUST)).toEqual({ kind: 'none' });
  });

  it('name a provider', () => {
    const parameters = 'audience=keyward&resource=urn%3Akeyward';
    expect(modeOf({ ...OIDC, KEYWARD_OIDC_PARAMETERS: parameters })).toEqual({
      kind: 'oidc',
      client: {
        issuer: ISSUER,
        clientId: 'keyward-console',
        secretFile: undefined,
        scope: 'openid profile',
        parameters: new URLSearchParams(parameters),
        publicOrigin: 'https://keyward.example',
      },
    });
  });

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]'])(
    'let anybody in for development at %s',
    (host) => {
      const env = { KEYWARD_DEVELOPMENT_SIGN_IN: 'true', KEYWARD_HTTP_HOST: host };
      expect(modeOf(env)).toEqual({ kind: 'development' });
    },
  );

  it.each([
    ['without a client id', { ...OIDC, KEYWARD_OIDC_CLIENT_ID: '' }, 'KEYWARD_OIDC_CLIENT_ID must be set'],
    ['without a public address', { ...OIDC, KEYWARD_PUBLIC_URL: '' }, 'KEYWARD_PUBLIC_URL must be set'],
    [
      'whose tokens are not trusted',
      { ...OIDC, KEYWARD_TOKEN_ISSUER: '', KEYWARD_TOKEN_JWKS_URL: '' },
      'set KEYWARD_TOKEN_ISSUER and KEYWARD_TOKEN_JWKS_URL',
    ],
    [
      'beside the sign-in for development',
      { ...OIDC, KEYWARD_DEVELOPMENT_SIGN_IN: 'true' },
      'leave one of them out',
    ],
  ])('do not go with a provider %s', (_what, env, sentence) => {
    expect(() => modeOf(env)).toThrow(sentence);
  });

  it.each(['CLIENT_ID', 'CLIENT_SECRET_FILE', 'PARAMETERS'])('name no %s without a provider', (name) => {
    const env = { [`KEYWARD_OIDC_${name}`]: 'a=b' };
    expect(() => modeOf(env)).toThrow(`KEYWARD_OIDC_${name} is of no use without KEYWARD_OIDC_ISSUER`);
  });

  it.each([
    ['where others reach the port', { KEYWARD_HTTP_HOST: '0.0.0.0' }, 'KEYWARD_HTTP_HOST'],
    ['at an address of a network', { KEYWARD_HTTP_HOST: '10.0.0.1' }, 'KEYWARD_HTTP_HOST'],
    ['with an issuer of their own', TRUST, 'for the local issuer alone'],
  ])('let nobody in for development %s', (_what, env, sentence) => {
    expect(() => modeOf({ ...env, KEYWARD_DEVELOPMENT_SIGN_IN: 'true' })).toThrow(sentence);
  });

  it.each([
    ['KEYWARD_OIDC_ISSUER', 'http://id.example'],
    ['KEYWARD_OIDC_ISSUER', 'https://user:password@id.example'],
    ['KEYWARD_OIDC_ISSUER', 'id.example'],
    ['KEYWARD_PUBLIC_URL', 'http://keyward.example'],
    ['KEYWARD_PUBLIC_URL', 'https://keyward.example/console'],
    ['KEYWARD_PUBLIC_URL', 'https://keyward.example/?a=b'],
    ['KEYWARD_OIDC_SCOPE', 'profile'],
    ['KEYWARD_OIDC_PARAMETERS', 'state=mine'],
    ['KEYWARD_OIDC_PARAMETERS', 'audience=keyward&redirect_uri=https://evil.example'],
    ['KEYWARD_SESSION_LIFETIME', '31d'],
  ])('are refused when %s is %s', (name, value) => {
    expect(() => modeOf({ ...OIDC, [name]: value })).toThrow(name);
  });
});
