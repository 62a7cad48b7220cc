import type { Clock } from '@keyward/runtime';
import type { JWTPayload } from 'jose';
import type { SessionKeys } from './session-keys.js';

const MANAGEMENT = 'dir';
const ENCRYPTION = 'A256GCM';
const MILLISECONDS = 1_000;

/** What a sealed cookie is for: one kind never passes for the other. */
export type CookieKind = 'session' | 'sign-in';

/**
 * Puts claims into a text that only whoever has the session keys can read or make (a JWE, AES-256-GCM), and that ends.
 * The server keeps nothing: any copy of the api opens what another one sealed.
 */
export class CookieSealer {
  constructor(
    private readonly keys: SessionKeys,
    private readonly clock: Clock,
  ) {}

  async seal(kind: CookieKind, claims: JWTPayload, expiresAt: Date): Promise<string> {
    // Loaded when somebody signs in: a start need not wait for it.
    const { EncryptJWT } = await import('jose/jwt/encrypt');
    const { id, bytes } = this.keys.current;
    return new EncryptJWT(claims)
      .setProtectedHeader({ alg: MANAGEMENT, enc: ENCRYPTION, typ: kind, kid: id })
      .setExpirationTime(Math.floor(expiresAt.getTime() / MILLISECONDS))
      .encrypt(bytes);
  }

  /** Undefined for all that is not to be trusted now: another kind, another key, altered, ended, or nothing of ours. */
  async open(kind: CookieKind, text: string): Promise<JWTPayload | undefined> {
    const { jwtDecrypt } = await import('jose/jwt/decrypt');
    try {
      const { payload } = await jwtDecrypt(text, ({ kid }) => this.keyOf(kid), {
        typ: kind,
        keyManagementAlgorithms: [MANAGEMENT],
        contentEncryptionAlgorithms: [ENCRYPTION],
        requiredClaims: ['exp'],
        currentDate: this.clock.now(),
      });
      return payload;
    } catch {
      return undefined;
    }
  }

  private keyOf(id: string | undefined): Uint8Array {
    const key = this.keys.find(id);
    if (!key) throw new Error('sealed by a key that is not here');
    return key.bytes;
  }
}
