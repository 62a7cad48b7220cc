import { Module, type DynamicModule } from '@nestjs/common';
import { LOCAL_ISSUER, LocalIssuer } from './local-issuer/local-issuer.js';
import { JwtTokenVerifier } from './token/jwt-token-verifier.js';
import { TokenVerifier } from './token/token-verifier.port.js';

export interface AccessOptions {
  /** `iss` of the tokens that are trusted. */
  readonly issuer: string;
  /** Where that issuer publishes its keys; undefined for the local issuer only. */
  readonly jwksUrl: string | undefined;
  readonly tokenType: string;
  /** Where the local issuer's key lies. */
  readonly dataDir: string;
}

/** Provides {@link TokenVerifier} everywhere, and {@link LocalIssuer}, which is null where another issuer is trusted. */
@Module({})
export class AccessModule {
  static forRoot(options: AccessOptions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      providers: [
        { provide: LocalIssuer, useFactory: () => openLocalIssuer(options) },
        {
          provide: TokenVerifier,
          inject: [LocalIssuer],
          useFactory: (local: LocalIssuer | null) => openTokenVerifier(options, local),
        },
      ],
      exports: [TokenVerifier, LocalIssuer],
    };
  }
}

async function openLocalIssuer({ issuer, jwksUrl, dataDir }: AccessOptions): Promise<LocalIssuer | null> {
  return jwksUrl === undefined && issuer === LOCAL_ISSUER ? LocalIssuer.open(dataDir) : null;
}

/** @throws Error with a sentence that names the setting, when no keys are known to check tokens by. */
function openTokenVerifier(
  { issuer, jwksUrl, tokenType }: AccessOptions,
  local: LocalIssuer | null,
): TokenVerifier {
  if (jwksUrl !== undefined) return JwtTokenVerifier.forJwksUrl(jwksUrl, { issuer, tokenType });
  if (local) return JwtTokenVerifier.forKeys([local.publicJwk()], { issuer, tokenType });
  throw new Error(
    `KEYWARD_TOKEN_JWKS_URL must be set when KEYWARD_TOKEN_ISSUER is not ${LOCAL_ISSUER}: it says where the issuer publishes its keys.`,
  );
}
