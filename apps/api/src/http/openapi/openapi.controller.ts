import { Controller, Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Operation, defineOperation } from '../operation/operation.decorator.js';

/** The document; built when it is first asked for, because a start need not wait for it. */
@Injectable()
export class ServedDocument {
  private build: (() => Promise<OpenAPIObject>) | undefined;
  private document: Promise<OpenAPIObject> | undefined;

  serve(build: () => Promise<OpenAPIObject>): void {
    this.build = build;
  }

  async read(): Promise<OpenAPIObject> {
    if (!this.build)
      throw new Error('There is no OpenAPI document: create the application by createApiApp().');
    this.document ??= this.build();
    return this.document;
  }
}

const OPENAPI = defineOperation({
  operation: 'openapi',
  tag: 'Operations',
  summary: 'Read this description',
  answer: z.object({ openapi: z.string() }),
  answerDescription: 'This API, as OpenAPI 3.1.',
});

@Controller()
export class OpenApiController {
  constructor(private readonly document: ServedDocument) {}

  @Operation(OPENAPI)
  read(): Promise<OpenAPIObject> {
    return this.document.read();
  }
}
