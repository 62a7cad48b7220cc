import { KEYWARD_CLAIM, claimsOf, readClaims, type Principal } from '@keyward/access';
import { KeywardError } from '@keyward/contracts';
import type { Clock } from '@keyward/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CookieSealer } from './cookie-sealer.js';
import { SESSION_COOKIE, deleteCookie, readCookies, setCookie } from './cookies.js';
import { requireConsole } from './same-origin.js';

/** Somebody who signed in to the console. */
export interface Session {
  readonly principal: Principal;
  /** As people know them; for the eye alone. */
  readonly name: string;
}

export interface SessionsOptions {
  /** Null where nobody can sign in: then no cookie is trusted. */
  readonly sealer: CookieSealer | null;
  readonly clock: Clock;
  readonly lifetimeMs: number;
  /** Where browsers reach the console; absent, at an address of this machine. */
  readonly publicOrigin: string | undefined;
}

const MAX_NAME_LENGTH = 128;

/**
 * What stands in for a token in a browser: who the token stood for, sealed in a cookie that scripts cannot read.
 * The token itself is not kept anywhere.
 */
export class Sessions {
  constructor(private readonly options: SessionsOptions) {}

  /** Whether the request brings a session, good or not. */
  isIn(request: FastifyRequest): boolean {
    return readCookies(request, SESSION_COOKIE).length > 0;
  }

  /**
   * @throws KeywardError UNAUTHENTICATED, whatever is wrong with it; FORBIDDEN when it came along with a request that
   * changes something and that the console did not send.
   */
  async read(request: FastifyRequest): Promise<Session> {
    const session = await this.open(readCookies(request, SESSION_COOKIE));
    if (!session) throw new KeywardError('UNAUTHENTICATED', 'Your session has ended: sign in again.');
    if (request.method !== 'GET' && request.method !== 'HEAD') this.requireConsole(request);
    return session;
  }

  private async open(cookies: readonly string[]): Promise<Session | undefined> {
    const claims = cookies.length === 1 ? await this.options.sealer?.open('session', cookies[0]!) : undefined;
    const read = claims && readClaims(claims);
    return read && 'principal' in read
      ? { principal: read.principal, name: String(claims['name']) }
      : undefined;
  }

  /**
   * From this answer on the browser is signed in, to the end of the token or of the longest life.
   * @returns undefined, and nothing is set, when the roles do not fit into a cookie
   */
  async begin(reply: FastifyReply, principal: Principal, name?: string): Promise<Session | undefined> {
    const { sealer, clock, lifetimeMs } = this.options;
    if (!sealer) throw new Error('There are no sessions here.');
    const now = clock.now().getTime();
    const expiresAt = new Date(Math.min(principal.expiresAt.getTime(), now + lifetimeMs));
    const shownName = (name ?? principal.subject).slice(0, MAX_NAME_LENGTH);
    const claims = { sub: principal.subject, name: shownName, [KEYWARD_CLAIM]: claimsOf(principal) };
    const maxAgeSeconds = Math.max(0, Math.floor((expiresAt.getTime() - now) / 1_000));
    const cookie = await sealer.seal('session', claims, expiresAt);
    const isSet = setCookie(reply, SESSION_COOKIE, cookie, { sameSite: 'Strict', maxAgeSeconds });
    return isSet ? { principal: { ...principal, expiresAt }, name: shownName } : undefined;
  }

  /**
   * Without a session nothing happens: a page of another site could make a browser ask that.
   * @throws KeywardError FORBIDDEN when the console did not ask for it
   */
  end(request: FastifyRequest, reply: FastifyReply): void {
    if (!this.isIn(request)) return;
    this.requireConsole(request);
    deleteCookie(reply, SESSION_COOKIE);
  }

  private requireConsole(request: FastifyRequest): void {
    requireConsole(request, this.options.publicOrigin);
  }
}
