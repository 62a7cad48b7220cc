import { KeywardError } from '@keyward/contracts';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiSettings } from '../../api.settings.js';

/** Requests per second and name; a limit of 0 is none. */
class Limit {
  private readonly limiter: RateLimiterMemory | null;

  constructor(perSecond: number) {
    this.limiter = perSecond === 0 ? null : new RateLimiterMemory({ points: perSecond, duration: 1 });
  }

  /** @throws KeywardError RATE_LIMITED once the name has used up its second. */
  async take(name: string, sentence: string): Promise<void> {
    try {
      await this.limiter?.consume(name);
    } catch (error) {
      throw error instanceof RateLimiterRes ? rateLimited(sentence, error.msBeforeNext) : error;
    }
  }

  /** @throws KeywardError RATE_LIMITED when the name has used up its second; takes nothing. */
  async check(name: string, sentence: string): Promise<void> {
    const used = await this.limiter?.get(name);
    if (used && used.remainingPoints <= 0) throw rateLimited(sentence, used.msBeforeNext);
  }
}

/**
 * Keeps one caller, one organization or one guesser from taking the whole process. By who the
 * token says it is and by the connection's own address, never by what a header such as
 * X-Forwarded-For claims.
 */
export class RateLimits {
  private readonly principals: Limit;
  private readonly organizations: Limit;
  private readonly failures: Limit;
  private readonly signIns: Limit;

  constructor(settings: ApiSettings) {
    this.principals = new Limit(settings.KEYWARD_RATE_LIMIT_PRINCIPAL);
    this.organizations = new Limit(settings.KEYWARD_RATE_LIMIT_ORGANIZATION);
    this.failures = new Limit(settings.KEYWARD_RATE_LIMIT_FAILED_SIGN_IN);
    this.signIns = new Limit(settings.KEYWARD_RATE_LIMIT_SIGN_IN);
  }

  takePrincipal(subject: string): Promise<void> {
    return this.principals.take(subject, 'You send too many requests.');
  }

  /** Only for callers who may: a stranger must not use up what is the organization's. */
  takeOrganization(organizationId: string): Promise<void> {
    return this.organizations.take(organizationId, 'This organization sends too many requests.');
  }

  /** Each may ask the identity provider something. */
  takeSignIn(address: string): Promise<void> {
    return this.signIns.take(address, 'Too many requests to sign in or out came from this address.');
  }

  noteFailedSignIn(address: string): Promise<void> {
    return this.failures.take(address, FAILED_SIGN_INS);
  }

  checkFailedSignIns(address: string): Promise<void> {
    return this.failures.check(address, FAILED_SIGN_INS);
  }
}

const FAILED_SIGN_INS = 'Too many requests without a valid token came from this address.';

function rateLimited(sentence: string, milliseconds: number): KeywardError {
  return new KeywardError('RATE_LIMITED', `${sentence} Wait, then go on more slowly.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(milliseconds / 1_000)),
  });
}
