import { Metrics } from '@keyward/runtime';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Operation, defineOperation } from '../operation/operation.decorator.js';

const METRICS = defineOperation({
  operation: 'metrics',
  tag: 'Operations',
  summary: 'Read the metrics',
  answer: z.string(),
  answerType: 'text/plain',
  answerDescription: 'Prometheus text format.',
});

@Controller()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Operation(METRICS)
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, body } = await this.metrics.render();
    void reply.header('Cache-Control', 'no-store').type(contentType);
    return body;
  }
}
