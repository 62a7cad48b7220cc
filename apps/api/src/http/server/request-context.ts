import type { Principal } from '@keyward/access';
import type { ErrorCode } from '@keyward/contracts';
import type { FastifyRequest } from 'fastify';
import { routeAt, type HttpRoute } from '../operation/http-operations.js';

/** Where a browser goes to sign in. */
export interface SignInHint {
  readonly kind: 'oidc' | 'development';
  readonly url: string;
}

interface RequestContext {
  principal: Principal | null;
  /** As people know them, where a session says so. */
  name: string | undefined;
  /** What a refusal for want of a sign-in says besides. */
  signIn: SignInHint | undefined;
  /** Set once the caller was found to be allowed: before that it is just a text that somebody sent. */
  organizationId: string | undefined;
  /** Set when the answer is a problem. */
  refusal: ErrorCode | undefined;
}

/** Beside the request and not on it, so that no logger or library that prints requests sees it. */
const CONTEXTS = new WeakMap<FastifyRequest, RequestContext>();

export function contextOf(request: FastifyRequest): RequestContext {
  let context = CONTEXTS.get(request);
  if (!context) {
    context = {
      principal: null,
      name: undefined,
      signIn: undefined,
      organizationId: undefined,
      refusal: undefined,
    };
    CONTEXTS.set(request, context);
  }
  return context;
}

/** The route that the server matched; undefined when the path is nobody's. */
export function matchedRoute(request: FastifyRequest): HttpRoute | undefined {
  return routeAt(request.method, request.routeOptions.url);
}

/** Whether a request is for the API, served or not. */
export function isApiPath(request: FastifyRequest): boolean {
  const path = request.routeOptions.url ?? pathOf(request);
  return path === '/v1' || path.startsWith('/v1/');
}

/** Whether a request is about who is signed in. */
export function isSessionPath(request: FastifyRequest): boolean {
  const path = request.routeOptions.url ?? pathOf(request);
  return path === '/session' || path.startsWith('/session/');
}

/** The path a caller asked for, decoded as the router decodes it (an encoded slash stays one); never logged, for a key may stand in it. */
export function pathOf({ url }: FastifyRequest): string {
  const path = url.split(/[?#]/, 1)[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
