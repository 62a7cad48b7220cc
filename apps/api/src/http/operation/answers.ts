import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** What every write answers with besides its own fields. */
export const writeFields = {
  position: z.string().describe('Pass it as `at_least_as_fresh` to a read that must see this write.'),
  changed: z.boolean().describe('False when what was asked for was so already.'),
};

/** What every read of the read model answers with besides its own fields. */
export const readFields = {
  position: z.string().describe('What the answer is as of; pass it on as `at_least_as_fresh`.'),
  stale: z
    .literal(true)
    .optional()
    .describe(
      'There when the answer may be older than the staleness bound, and such answers are not refused.',
    ),
};

export function setEtag(reply: FastifyReply, version: number): void {
  void reply.header('ETag', `"${version}"`);
}

/** 201 with what was created, else 200; with the version as ETag. */
export function answerPut<Answer extends { readonly created: boolean; readonly version: number }>(
  reply: FastifyReply,
  { created, ...answer }: Answer,
): Omit<Answer, 'created'> {
  setEtag(reply, answer.version);
  void reply.status(created ? 201 : 200);
  return answer;
}
