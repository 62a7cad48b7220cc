import { HealthRegistry, type HealthKind, type HealthReport } from '@keyward/runtime';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Operation, defineOperation } from '../operation/operation.decorator.js';

const report = z.strictObject({
  ok: z.boolean(),
  parts: z.array(
    z.strictObject({
      part: z.string(),
      ok: z.boolean(),
      required: z.boolean().describe('Whether the whole fails when this part does.'),
      problem: z.string().optional().describe('What is missing; absent when all is well.'),
      milliseconds: z.number(),
    }),
  ),
});

const LIVE = defineOperation({
  operation: 'healthLive',
  tag: 'Operations',
  summary: 'Tell whether the process lives',
  description: 'Anything but 200 asks for a restart.',
  answer: report,
  answerDescription: 'It lives.',
  unwellDescription: 'It has to be restarted; the report says why.',
});

const READY = defineOperation({
  operation: 'healthReady',
  tag: 'Operations',
  summary: 'Tell whether the process is ready',
  description:
    'Anything but 200 asks not to be sent requests for now; the report says which part is missing.',
  answer: report,
  answerDescription: 'It is ready.',
  unwellDescription: 'It is not ready; the report says which part is missing.',
});

@Controller()
export class HealthController {
  constructor(private readonly health: HealthRegistry) {}

  @Operation(LIVE)
  live(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.report('live', reply);
  }

  @Operation(READY)
  ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return this.report('ready', reply);
  }

  private async report(kind: HealthKind, reply: FastifyReply): Promise<HealthReport> {
    const answer = await this.health.report(kind);
    void reply.header('Cache-Control', 'no-store');
    if (!answer.ok) void reply.status(503).header('Retry-After', '1');
    return answer;
  }
}
