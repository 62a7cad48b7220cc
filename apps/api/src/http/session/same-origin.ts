import { KeywardError } from '@keyward/contracts';
import { isLoopback } from '@keyward/runtime';
import type { FastifyRequest } from 'fastify';

/**
 * A browser sends its cookies along whoever made it send a request. So what changes something by a cookie has to
 * come from the console itself, by what the browser says of it and no page can forge.
 * @param publicOrigin where browsers reach the console; absent, only an address of this machine can be it
 * @throws KeywardError FORBIDDEN
 */
export function requireConsole(request: FastifyRequest, publicOrigin: string | undefined): void {
  if (!isConsole(request)) {
    throw new KeywardError(
      'FORBIDDEN',
      'With a session this takes requests of the console alone: send the header "X-Keyward-Console: 1", or a token instead of the session.',
    );
  }
  if (!isSameOrigin(request, publicOrigin ?? loopbackOrigin(request))) {
    throw new KeywardError(
      'FORBIDDEN',
      'With a session this takes requests of the console alone, and this one came from another site.',
    );
  }
}

/**
 * Whether the console asks, by a name of this machine. By the name in Host a page is told apart that made a name of
 * its own lead to this machine, which to its browser is the same origin.
 */
export function isConsoleOnThisMachine(request: FastifyRequest): boolean {
  const own = loopbackOrigin(request);
  const { origin = own } = request.headers;
  return own !== undefined && origin === own && isConsole(request) && isSameOrigin(request, own);
}

/** Where a browser thinks it is when it calls an address of this machine; undefined for any other name, which may be a stranger's. */
function loopbackOrigin({ headers: { host = '' } }: FastifyRequest): string | undefined {
  const origin = `http://${host}`;
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  return url.origin === origin && isLoopback(url.hostname) ? origin : undefined;
}

/** No form can send that header, and no script of another site without Keyward being asked first. */
function isConsole({ headers }: FastifyRequest): boolean {
  return headers['x-keyward-console'] === '1';
}

/** Browsers say where a request comes from in Sec-Fetch-Site; older ones, and those without TLS, in Origin. */
function isSameOrigin({ headers }: FastifyRequest, origin: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && headers.origin === origin;
}
