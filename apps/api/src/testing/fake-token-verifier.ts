import { TokenVerifier, type Principal, type ProjectPath } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';

export type Grants = Partial<{
  readonly platformAdmin: boolean;
  readonly organizations: Readonly<Record<string, 'owner' | 'admin' | 'member'>>;
  readonly projects: Readonly<Record<string, 'admin' | 'editor' | 'viewer'>>;
  readonly worker: Principal['worker'];
}>;

/** Tokens that mean what the test says they mean. */
export class FakeTokenVerifier extends TokenVerifier {
  private readonly principals = new Map<string, Principal>();
  /** When set, tokens cannot be checked. */
  broken = false;
  /** Tokens that count as verified a moment ago. */
  readonly remembered = new Set<string>();

  issue(
    subject: string,
    { platformAdmin = false, organizations = {}, projects = {}, worker = null }: Grants,
    expiresAt = new Date('2100-01-01T00:00:00Z'),
  ): string {
    const token = `token-${this.principals.size}-${subject}`;
    this.principals.set(token, {
      subject,
      platformAdmin,
      organizations: new Map(Object.entries(organizations)),
      projects: new Map(Object.entries(projects)) as Map<ProjectPath, 'admin' | 'editor' | 'viewer'>,
      worker,
      expiresAt,
    });
    return token;
  }

  async verify(token: string): Promise<Principal> {
    if (this.broken)
      throw new KeywardError('UNAVAILABLE', 'The issuer is out of reach.', { retryAfterSeconds: 2 });
    const principal = this.principals.get(token);
    if (!principal)
      throw new KeywardError('UNAUTHENTICATED', 'The token is not a well-formed signed JWT: sign in again.');
    return principal;
  }

  verifyCached(token: string): Principal | undefined {
    return this.remembered.has(token) ? this.principals.get(token) : undefined;
  }
}
