import type { Metadata } from '@grpc/grpc-js';
import type { LookupRequest__Output, LookupResponse } from '@keyward/contracts';
import { GrpcController } from '@keyward/runtime';
import { GrpcMethod } from '@nestjs/microservices';
import { LookupCalls, type UnaryCall } from '../lookup-calls.js';

/** EffectiveKeys.Lookup: one address. */
@GrpcController()
export class LookupGrpcController {
  constructor(private readonly calls: LookupCalls) {}

  @GrpcMethod('EffectiveKeys', 'Lookup')
  async lookup(request: LookupRequest__Output, metadata: Metadata, call: UnaryCall): Promise<LookupResponse> {
    const { address, consistency } = request;
    const { responses } = await this.calls.answer(
      { operation: 'lookup', addresses: [address], consistency },
      metadata,
      call,
    );
    return responses[0]!;
  }
}
