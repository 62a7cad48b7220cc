import {
  RequestMapping,
  RequestMethod,
  SetMetadata,
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { routeOf } from './http-operations.js';
import type { OperationDefinition } from './operation-definition.js';
import { readInput } from './read-input.js';

export { defineOperation } from './operation-definition.js';

const OPERATION = 'keyward:operation';

/** Routes and guards a controller's method; the OpenAPI document is made of it too, when that is asked for. */
export function Operation(definition: OperationDefinition): MethodDecorator {
  const { method, path } = routeOf(definition.operation);
  return applyDecorators(
    RequestMapping({ path, method: RequestMethod[method] }),
    SetMetadata(OPERATION, definition),
  );
}

export function operationOf(handler: object): OperationDefinition | undefined {
  return Reflect.getMetadata(OPERATION, handler) as OperationDefinition | undefined;
}

/** The validated request, as {@link readInput} makes it of the method's own definition. */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  readInput(operationOf(context.getHandler())!, context.switchToHttp().getRequest<FastifyRequest>()),
);
