export { AccessModule, type AccessOptions } from './access.module.js';
export { accessSettings, type AccessSettings } from './access.settings.js';
export { LOCAL_ISSUER, LocalIssuer, type TokenRequest } from './local-issuer/local-issuer.js';
export { actorKind, authorize, decide, type Target, type Verdict } from './policy/authorize.js';
export { POLICY, type Allowance, type Operation, type PolicyRow } from './policy/policy.js';
export { roleIn } from './policy/role-in.js';
export {
  ORGANIZATION_ROLES,
  PROJECT_ROLES,
  projectPath,
  type OrganizationRole,
  type Principal,
  type ProjectPath,
  type ProjectRole,
  type WorkerGrant,
} from './principal.js';
export { bearerToken } from './token/bearer-token.js';
export { KEYWARD_CLAIM, claimsOf, readClaims, type KeywardClaims } from './token/claims.js';
export {
  ACCESS_TOKEN_TYPE,
  ALGORITHMS,
  AUDIENCE,
  JwtTokenVerifier,
  type JwtVerifierOptions,
  type RemoteJwksOptions,
} from './token/jwt-token-verifier.js';
export { TokenVerifier } from './token/token-verifier.port.js';
