import type { Metadata } from '@grpc/grpc-js';
import type { BatchLookupRequest__Output, BatchLookupResponse } from '@keyward/contracts';
import { GrpcController } from '@keyward/runtime';
import { GrpcMethod } from '@nestjs/microservices';
import { LookupCalls, type UnaryCall } from '../lookup-calls.js';

/** EffectiveKeys.BatchLookup: several addresses, answered in their order and as of one position. */
@GrpcController()
export class BatchLookupGrpcController {
  constructor(private readonly calls: LookupCalls) {}

  @GrpcMethod('EffectiveKeys', 'BatchLookup')
  async batchLookup(
    request: BatchLookupRequest__Output,
    metadata: Metadata,
    call: UnaryCall,
  ): Promise<BatchLookupResponse> {
    const { addresses, consistency } = request;
    const { responses } = await this.calls.answer(
      { operation: 'batchLookup', addresses, consistency },
      metadata,
      call,
    );
    return { answers: [...responses] };
  }
}
