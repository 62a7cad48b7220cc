import { randomUUID } from 'node:crypto';
import {
  Catch,
  Controller,
  Logger,
  UseFilters,
  applyDecorators,
  type RpcExceptionFilter,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { throwError, type Observable } from 'rxjs';
import { internalStatus, isKeywardError, statusOf, type GrpcStatus } from './grpc-status.js';

/**
 * Turns what a handler throws into a gRPC status: a KeywardError into its own, anything else into
 * INTERNAL with a sentence that says nothing, and a line in the log that says all.
 */
@Catch()
export class GrpcErrorFilter implements RpcExceptionFilter {
  private readonly logger = new Logger('grpc');

  catch(error: unknown): Observable<never> {
    return throwError(() => this.toStatus(error));
  }

  /** For what fails outside a Nest handler's promise, such as a stream that was taken over. */
  toStatus(error: unknown): GrpcStatus {
    if (isKeywardError(error)) return statusOf(error);
    const id = randomUUID();
    this.logger.error('A call failed in an unexpected way', { errorId: id }, toError(error));
    return internalStatus(id);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('a value was thrown that is no error');
}

/**
 * A class whose `@GrpcMethod`s answer gRPC calls, with our errors. They get what grpc-js gives: the
 * request, its metadata and the call. Nest's parameter decorators and pipes have no effect.
 */
export function GrpcController(): ClassDecorator {
  return applyDecorators(Controller(), UseFilters(GrpcErrorFilter), withoutPipes);
}

/** Where no argument is declared Nest passes them on; else it makes three promises for each one. */
function withoutPipes(controller: { readonly prototype: object; readonly name: string }): void {
  for (const method of Object.getOwnPropertyNames(controller.prototype)) {
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, {}, controller, method);
  }
}
