import type { Mutant } from '../mutant.js';

const SESSION = 'apps/api/src/http/session';
const SIGN_IN = `${SESSION}/sign-in.int-spec.ts`;
const SESSIONS = `${SESSION}/session.int-spec.ts`;
const DEVELOPMENT = `${SESSION}/development-sign-in.int-spec.ts`;

/** Of signing in to the console, and of its sessions. */
export const CONSOLE: readonly Mutant[] = [
  {
    without: 'the state of a sign-in',
    file: `${SESSION}/sign-in.service.ts`,
    text: 'if (states.length === 1 && states[0] === state) return query;',
    instead: 'if (states.length < 9) return `${query}${state.slice(99)}`;',
    spec: SIGN_IN,
    test: 'is refused when the answer has',
  },
  {
    without: 'the end of a sign-in once it was used',
    file: `${SESSION}/sign-in.service.ts`,
    text: '    deleteCookie(reply, SIGN_IN_COOKIE);\n',
    instead: '    deleteCookie(reply, `${SIGN_IN_COOKIE}-of-before`);\n',
    spec: SIGN_IN,
    test: 'is done once',
  },
  {
    without: 'the verification of the access token',
    file: `${SESSION}/sign-in.service.ts`,
    text: 'return await tokens.verify(accessToken);',
    instead:
      "const claims = JSON.parse(Buffer.from(accessToken.split('.')[1]!, 'base64url').toString()) as { sub: string; exp: number };\n    return { subject: claims.sub, platformAdmin: false, organizations: new Map(), projects: new Map(), worker: tokens ? null : null, expiresAt: new Date(claims.exp * 1_000) };",
    spec: SIGN_IN,
    test: 'when the access token is not one for Keyward',
  },
  {
    without: 'the rule that one returns to a path here',
    file: `${SESSION}/return-path.ts`,
    text: '/^\\/(?![/\\\\])[\\x21-\\x5b\\x5d-\\x7e]*$/.test(text)',
    instead: '/./s.test(text)',
    spec: SIGN_IN,
    test: 'leads nowhere else afterwards',
  },
  {
    without: 'the end of a session with its token',
    file: `${SESSION}/sessions.ts`,
    text: 'Math.min(principal.expiresAt.getTime(), now + lifetimeMs)',
    instead: 'now + lifetimeMs',
    spec: SIGN_IN,
    test: 'gives a session that ends with the token',
  },
  {
    without: 'the end in a sealed cookie',
    file: `${SESSION}/cookie-sealer.ts`,
    text: 'currentDate: this.clock.now(),',
    instead: 'currentDate: new Date(0 * this.clock.now().getTime()),',
    spec: SESSIONS,
    test: 'ends after its longest life',
  },
  {
    without: 'the kind of a sealed cookie',
    file: `${SESSION}/cookie-sealer.ts`,
    text: '        typ: kind,\n',
    instead: '',
    spec: SESSIONS,
    test: 'is that of a sign-in',
  },
  {
    without: 'the rule that the console itself changes something by a session',
    file: `${SESSION}/sessions.ts`,
    text: "if (request.method !== 'GET' && request.method !== 'HEAD') this.requireConsole(request);",
    instead: '',
    spec: SESSIONS,
    test: 'changes nothing by a request',
  },
  {
    without: 'the origin of a request with a session',
    file: `${SESSION}/same-origin.ts`,
    text: 'return headers.origin !== undefined && headers.origin === origin;',
    instead: 'return origin !== undefined;',
    spec: SESSIONS,
    test: 'of another origin',
  },
  {
    without: 'the refusal of a token beside a session',
    file: 'apps/api/src/http/access/authentication.ts',
    text: 'if (request.headers.authorization !== undefined)',
    instead: 'if (request.headers.authorization === "never sent")',
    spec: SESSIONS,
    test: 'is not taken together with a token',
  },
  {
    without: 'the name of this machine in the sign-in for development (DNS rebinding)',
    file: `${SESSION}/same-origin.ts`,
    text: 'return url.origin === origin && isLoopback(url.hostname) ? origin : undefined;',
    instead: 'return url.origin === origin || isLoopback(url.hostname) ? origin : undefined;',
    spec: DEVELOPMENT,
    test: 'leads to this machine',
  },
  {
    without: 'the setting of the sign-in for development',
    file: 'apps/api/src/http/access/authentication.ts',
    text: "this.mode.kind !== 'development' || !isConsoleOnThisMachine(request)",
    instead: '!isConsoleOnThisMachine(request)',
    spec: DEVELOPMENT,
    test: 'where it is not switched on',
  },
  {
    without: 'the rule for names of files of the console',
    file: 'apps/api/src/http/console/console.ts',
    text: 'type !== undefined && FILE_NAME.test(name)',
    instead: 'type !== undefined && FILE_NAME.source.length > 0',
    spec: 'apps/api/src/http/console/console.int-spec.ts',
    test: 'has nothing at',
  },
];
