import { Controller, Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Operation, defineOperation } from '../operation/operation.decorator.js';

/** The document, once the application is put together. */
@Injectable()
export class ServedDocument {
  private document: OpenAPIObject | undefined;

  serve(document: OpenAPIObject): void {
    this.document = document;
  }

  read(): OpenAPIObject {
    if (!this.document)
      throw new Error('The OpenAPI document is not built: create the application by createApiApp().');
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
  read(): OpenAPIObject {
    return this.document.read();
  }
}
