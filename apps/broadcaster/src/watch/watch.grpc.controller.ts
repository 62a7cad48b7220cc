import type { Metadata } from '@grpc/grpc-js';
import { GrpcMethod } from '@nestjs/microservices';
import type { WatchRequest__Output } from '@keyward/contracts';
import { GrpcController, rawServerStream } from '@keyward/runtime';
import type { Observable } from 'rxjs';
import { WatchHub } from '../watching/watch-hub.js';
import { serveWatch, type WatchCall } from './serve-watch.js';
import { WatchService } from './watch.service.js';

/** KeyChanges.Watch. */
@GrpcController()
export class WatchGrpcController {
  constructor(
    private readonly service: WatchService,
    private readonly hub: WatchHub,
  ) {}

  @GrpcMethod('KeyChanges', 'Watch')
  async watch(
    request: WatchRequest__Output,
    metadata: Metadata,
    call: WatchCall,
  ): Promise<Observable<never>> {
    const authorization = metadata.get('authorization')[0];
    const order = await this.service.admit(
      request,
      typeof authorization === 'string' ? authorization : undefined,
    );
    return rawServerStream(call, (signal) => serveWatch(this.hub, order, call, signal));
  }
}
