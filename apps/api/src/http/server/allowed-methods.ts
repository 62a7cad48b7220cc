import { KeywardError } from '@keyward/contracts';
import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../problems/send-problem.js';
import { pathOf } from './request-context.js';

/**
 * Answers 405 with `Allow`, and not 404, where there is something at the path by another method
 * (RFC 9110, section 15.5.6). Reads only what routes there are, never what they would find.
 */
export function refuseOtherMethods(fastify: FastifyInstance): void {
  const methods = new Map<string, { readonly pattern: RegExp; readonly allowed: string[] }>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? { pattern: patternOf(url), allowed: [] };
    known.allowed.push(...[method].flat());
    methods.set(url, known);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return;
    const path = pathOf(request);
    const known = [...methods.values()].find(({ pattern }) => pattern.test(path));
    if (!known) return;
    const sentence = `This address takes ${known.allowed.join(' and ')} only.`;
    void reply.header('Allow', known.allowed.join(', '));
    sendProblem(new KeywardError('METHOD_NOT_ALLOWED', sentence), request, reply);
    return reply;
  });
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replaceAll('*', '.*').replace(/:\w+/g, '[^/]+')}$`);
}
