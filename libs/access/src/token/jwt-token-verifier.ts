import { KeywardError } from '@keyward/contracts';
import { isLoopback } from '@keyward/runtime';
import type { JWK, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';
import { createRemoteJWKSet } from 'jose/jwks/remote';
import { jwtVerify } from 'jose/jwt/verify';
import type { Principal } from '../principal.js';
import { readClaims } from './claims.js';
import { keySearchError, refusalOf, unauthenticated } from './refusals.js';
import { TokenCache } from './token-cache.js';
import { TokenVerifier } from './token-verifier.port.js';

/** Whom a token is for. */
export const AUDIENCE = 'keyward';

/** RFC 9068: an access token, and not an ID token that some other application was given. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Asymmetric ones only: with HS256 among them, whoever knows the public key could sign. */
export const ALGORITHMS = ['EdDSA', 'ES256', 'RS256', 'PS256'] as const;

const MAX_TOKEN_LENGTH = 8_192;
const CLOCK_TOLERANCE_SECONDS = 5;
const DEFAULT_CACHE_SIZE = 10_000;
const JWKS_TIMEOUT_MS = 5_000;
const JWKS_COOLDOWN_MS = 30_000;
const JWKS_MAX_AGE_MS = 600_000;

export interface JwtVerifierOptions {
  /** The only `iss` that is trusted. */
  readonly issuer: string;
  /** @defaultValue `at+jwt`. `JWT` for an identity provider that does not follow RFC 9068. */
  readonly tokenType?: string;
  /** Refuses tokens issued longer ago, whatever their own end. Off when absent. */
  readonly maxTokenAgeSeconds?: number;
  /** How many verified tokens are remembered. @defaultValue 10,000 */
  readonly cacheSize?: number;
  /** The wall clock, for tests. */
  readonly now?: () => Date;
}

export interface RemoteJwksOptions {
  /** Least milliseconds between two fetches that an unknown key id causes. @defaultValue 30,000 */
  readonly cooldownMs?: number;
  /** Milliseconds to wait for the issuer. @defaultValue 5,000 */
  readonly timeoutMs?: number;
}

/** Verifies JWTs of one issuer: signature, algorithm, type, issuer, audience, times and Keyward's own claims. */
export class JwtTokenVerifier extends TokenVerifier {
  readonly #cache: TokenCache;
  readonly #now: () => Date;

  private constructor(
    private readonly keys: JWTVerifyGetKey,
    private readonly options: JwtVerifierOptions,
  ) {
    super();
    this.#now = options.now ?? (() => new Date());
    this.#cache = new TokenCache(options.cacheSize ?? DEFAULT_CACHE_SIZE, () => this.#now().getTime());
  }

  /** Trusts these public keys. */
  static forKeys(keys: readonly JWK[], options: JwtVerifierOptions): JwtTokenVerifier {
    return new JwtTokenVerifier(createLocalJWKSet({ keys: [...keys] }), options);
  }

  /**
   * Trusts the keys that the issuer publishes, fetched when a token first names an unknown one.
   * @throws KeywardError INVALID_REQUEST when the address is neither https nor http on this machine.
   */
  static forJwksUrl(url: string, options: JwtVerifierOptions & RemoteJwksOptions): JwtTokenVerifier {
    const keys = createRemoteJWKSet(trustworthyUrl(url), {
      timeoutDuration: options.timeoutMs ?? JWKS_TIMEOUT_MS,
      cooldownDuration: options.cooldownMs ?? JWKS_COOLDOWN_MS,
      cacheMaxAge: JWKS_MAX_AGE_MS,
    });
    const keysOrReason: JWTVerifyGetKey = async (header, token) => {
      try {
        return await keys(header, token);
      } catch (error) {
        throw keySearchError(error);
      }
    };
    return new JwtTokenVerifier(keysOrReason, options);
  }

  async verify(token: string): Promise<Principal> {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw unauthenticated(
        `The token is longer than ${MAX_TOKEN_LENGTH} characters: ask for one with fewer roles in it.`,
      );
    }
    const cached = this.#cache.get(token);
    if (cached !== undefined) return cached;
    const claims = readClaims(await this.#verifiedPayload(token));
    if ('problem' in claims) {
      throw unauthenticated(
        `The token's claim "${claims.problem}" is not as Keyward needs it: ask its issuer for another.`,
      );
    }
    this.#cache.set(token, claims.principal);
    return claims.principal;
  }

  verifyCached(token: string): Principal | undefined {
    return token.length > MAX_TOKEN_LENGTH ? undefined : this.#cache.get(token);
  }

  async #verifiedPayload(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.keys, this.#verifyOptions())).payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #verifyOptions(): JWTVerifyOptions {
    const { issuer, tokenType, maxTokenAgeSeconds } = this.options;
    return {
      algorithms: [...ALGORITHMS],
      issuer,
      audience: AUDIENCE,
      typ: tokenType ?? ACCESS_TOKEN_TYPE,
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: this.#now(),
      ...(maxTokenAgeSeconds === undefined ? {} : { maxTokenAge: maxTokenAgeSeconds }),
    };
  }
}

function trustworthyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new KeywardError(
    'INVALID_REQUEST',
    "The address of the issuer's keys (JWKS) must be an https URL, or http on this machine: over plain http anybody could supply keys.",
  );
}
