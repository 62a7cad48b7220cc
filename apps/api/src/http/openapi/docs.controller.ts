import { Controller, Header } from '@nestjs/common';
import { z } from 'zod';
import { Operation, defineOperation } from '../operation/operation.decorator.js';
import { DOCS_PAGE } from './docs.js';

const DOCS = defineOperation({
  operation: 'docs',
  tag: 'Operations',
  summary: 'Show this description to people',
  answer: z.string(),
  answerType: 'text/html',
  answerDescription: 'A page that shows this API.',
});

@Controller()
export class DocsController {
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Operation(DOCS)
  show(): string {
    return DOCS_PAGE;
  }
}
