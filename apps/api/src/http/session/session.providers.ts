import { join } from 'node:path';
import { TokenVerifier } from '@keyward/access';
import { Clock, Metrics } from '@keyward/runtime';
import type { Provider } from '@nestjs/common';
import type { ApiSettings } from '../../api.settings.js';
import { CookieSealer } from './cookie-sealer.js';
import { IdentityProvider } from './identity-provider.js';
import { SessionKeys } from './session-keys.js';
import { Sessions } from './sessions.js';
import { SIGN_IN_MODE, signInMode, type SignInMode } from './sign-in-mode.js';
import { SignIn } from './sign-in.service.js';

const KEY_FILE = 'session.keys';

export interface SessionOptions {
  /** Whether this is the only process, so that it may make the keys of sessions itself. */
  readonly alone: boolean;
}

/** @throws Error with a sentence that names the settings, when they contradict each other. */
export function sessionProviders(settings: ApiSettings, options: SessionOptions): Provider[] {
  const mode = signInMode(settings);
  return [
    { provide: SIGN_IN_MODE, useValue: mode },
    {
      provide: CookieSealer,
      inject: [Clock],
      useFactory: async (clock: Clock) => {
        const keys = await openKeys(mode, settings, options);
        return keys && new CookieSealer(keys, clock);
      },
    },
    {
      provide: IdentityProvider,
      useFactory: () => (mode.kind === 'oidc' ? IdentityProvider.open(mode.client) : null),
    },
    {
      provide: Sessions,
      inject: [CookieSealer, Clock],
      useFactory: (sealer: CookieSealer | null, clock: Clock) =>
        new Sessions({
          sealer,
          clock,
          lifetimeMs: settings.KEYWARD_SESSION_LIFETIME,
          publicOrigin: mode.kind === 'oidc' ? mode.client.publicOrigin : undefined,
        }),
    },
    {
      provide: SignIn,
      inject: [IdentityProvider, CookieSealer, Sessions, TokenVerifier, Clock, Metrics],
      useFactory: (
        ...[provider, sealer, sessions, tokens, clock, metrics]: [
          IdentityProvider | null,
          CookieSealer | null,
          Sessions,
          TokenVerifier,
          Clock,
          Metrics,
        ]
      ) => new SignIn({ provider, sealer, sessions, tokens, clock, metrics }),
    },
  ];
}

async function openKeys(
  mode: SignInMode,
  settings: ApiSettings,
  { alone }: SessionOptions,
): Promise<SessionKeys | null> {
  if (mode.kind === 'none') return null;
  const { KEYWARD_SESSION_KEYS: text, KEYWARD_SESSION_KEYS_FILE: file } = settings;
  if (text !== undefined) return SessionKeys.parse(text, 'KEYWARD_SESSION_KEYS');
  // Of the sign-in for development there is one process, or several that share a data folder.
  const create = alone || mode.kind === 'development';
  if (file === undefined && !create) {
    throw new Error(
      'KEYWARD_SESSION_KEYS or KEYWARD_SESSION_KEYS_FILE must be set when KEYWARD_OIDC_ISSUER is, to the same for all copies of the api: each would make another key.',
    );
  }
  return SessionKeys.open(file ?? join(settings.KEYWARD_DATA_DIR, KEY_FILE), { create });
}
