import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import type { WatchRequest__Output } from '@keyward/contracts';
import { GrpcController, Tracing, inSpan, rawServerStream } from '@keyward/runtime';
import type { Observable } from 'rxjs';
import { WatchHub, type WatchOrder } from '../watching/watch-hub.js';
import { serveWatch, type WatchCall } from './serve-watch.js';
import { WatchService } from './watch.service.js';

const RPC = 'keyward.v1.KeyChanges/Watch';

/** KeyChanges.Watch. */
@GrpcController()
export class WatchGrpcController {
  constructor(
    private readonly service: WatchService,
    private readonly hub: WatchHub,
    private readonly tracing: Tracing,
  ) {}

  @GrpcMethod('KeyChanges', 'Watch')
  async watch(
    request: WatchRequest__Output,
    metadata: Metadata,
    call: WatchCall,
  ): Promise<Observable<never>> {
    const order = await this.admit(request, metadata);
    return rawServerStream(call, (signal) => serveWatch(this.hub, order, call, signal));
  }

  /** A span of the admission alone: the call lasts as long as the worker does. */
  private admit(request: WatchRequest__Output, metadata: Metadata): Promise<WatchOrder> {
    const authorization = metadata.get('authorization')[0];
    const span = this.tracing.serve(RPC, () => metadata.get('traceparent')[0]);
    return inSpan(span, async () => {
      const order = await this.service.admit(
        request,
        typeof authorization === 'string' ? authorization : undefined,
      );
      span.set(() => ({ 'keyward.organization_id': order.filter.organizationId }));
      return order;
    });
  }
}
