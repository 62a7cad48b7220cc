import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers take a cookie of this prefix only from a trustworthy origin, for the whole of it and for no other host. */
export const SESSION_COOKIE = '__Host-keyward-session';
export const SIGN_IN_COOKIE = '__Host-keyward-sign-in';

/** What every browser takes, name, value and attributes together (RFC 6265, section 6.1). */
const MAX_COOKIE_BYTES = 4_096;

export interface CookieRules {
  /** Strict: never sent with what another site caused. Lax: sent when another site leads the browser here. */
  readonly sameSite: 'Strict' | 'Lax';
  /** 0 deletes it. */
  readonly maxAgeSeconds: number;
}

/** Every value that was sent under the name: more than one was planted. */
export function readCookies({ headers }: FastifyRequest, name: string): string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** False, and nothing is set, when browsers would not keep a cookie that long. */
export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  { sameSite, maxAgeSeconds }: CookieRules,
): boolean {
  const cookie = `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=${sameSite}`;
  if (cookie.length > MAX_COOKIE_BYTES) return false;
  // A second one of the same answer is added.
  void reply.header('Set-Cookie', cookie);
  return true;
}

export function deleteCookie(reply: FastifyReply, name: string): void {
  setCookie(reply, name, '', { sameSite: 'Lax', maxAgeSeconds: 0 });
}
