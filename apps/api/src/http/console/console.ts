import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { KeywardError } from '@keyward/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';

/** dist/console, seen from dist/apps/api/src/http/console. */
const BUILT_WITH_KEYWARD = fileURLToPath(new URL('../../../../../console', import.meta.url));
/** Where the console itself tells one page from another. */
const PAGES = ['/', '/sign-in', '/organizations', '/organizations/*', '/platform', '/platform/*'];
const ASSETS = '/assets/:file';
/** All that the console is served by, as the router has it. */
export const CONSOLE_ROUTES: readonly string[] = [...PAGES, ASSETS];

/** A name in one folder: no way leads out of it. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};
const WORTH_COMPRESSING = /^(text|application)\/|svg/;
/** More than a console has; files of an earlier build fall out. */
const MOST_ASSETS = 256;
const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;
const NONCE_BYTES = 16;
const compress = promisify(gzip);

interface Asset {
  readonly type: string;
  readonly content: Buffer;
  readonly gzipped: Buffer | undefined;
}

/** Serves the console's files: its page, which is never kept, and what that loads, which never changes under its name. */
export function serveConsole(fastify: FastifyInstance, folder = BUILT_WITH_KEYWARD): void {
  const assets = new LRUCache<string, Asset>({ max: MOST_ASSETS });
  for (const path of PAGES) fastify.get(path, (_request, reply) => sendPage(folder, reply));
  fastify.get<{ Params: { file: string } }>(ASSETS, async (request, reply) => {
    const { file } = request.params;
    const asset = assets.get(file) ?? (await readAsset(folder, file));
    assets.set(file, asset);
    return sendAsset(asset, request, reply);
  });
}

async function sendPage(folder: string, reply: FastifyReply): Promise<FastifyReply> {
  const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => {
    throw new KeywardError(
      'NOT_FOUND',
      'The console is not here: it was not built, or KEYWARD_CONSOLE_DIR names another folder. "npm run build" builds it.',
    );
  });
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  return reply
    .headers({ 'Cache-Control': 'no-store', 'Content-Security-Policy': policyOf(nonce) })
    .type('text/html; charset=utf-8')
    .send(html.replace(NONCE_PLACEHOLDER, nonce));
}

/** Scripts come from this server alone; a style may also stand in the page if it carries this answer's nonce. */
function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join(';');
}

async function readAsset(folder: string, name: string): Promise<Asset> {
  const type = TYPES[extname(name)];
  const content =
    type !== undefined && FILE_NAME.test(name)
      ? await readFile(join(folder, 'assets', name)).catch(() => undefined)
      : undefined;
  if (type === undefined || content === undefined)
    throw new KeywardError(
      'NOT_FOUND',
      'The console has no such file. Reload the page: there may be a newer one.',
    );
  return { type, content, gzipped: WORTH_COMPRESSING.test(type) ? await compress(content) : undefined };
}

function sendAsset(
  { type, content, gzipped }: Asset,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const body = /\bgzip\b/.test(String(headers['accept-encoding'])) ? gzipped : undefined;
  if (body) void reply.header('Content-Encoding', 'gzip');
  return reply
    .headers({ 'Cache-Control': 'public, max-age=31536000, immutable', Vary: 'Accept-Encoding' })
    .type(type)
    .send(body ?? content);
}
