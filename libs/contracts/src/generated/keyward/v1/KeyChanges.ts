// Original file: keyward/v1/keyward.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { WatchRequest as _keyward_v1_WatchRequest, WatchRequest__Output as _keyward_v1_WatchRequest__Output } from '../../keyward/v1/WatchRequest.js';
import type { WatchResponse as _keyward_v1_WatchResponse, WatchResponse__Output as _keyward_v1_WatchResponse__Output } from '../../keyward/v1/WatchResponse.js';

export interface KeyChangesClient extends grpc.Client {
  Watch(argument: _keyward_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_keyward_v1_WatchResponse__Output>;
  Watch(argument: _keyward_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_keyward_v1_WatchResponse__Output>;
  watch(argument: _keyward_v1_WatchRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_keyward_v1_WatchResponse__Output>;
  watch(argument: _keyward_v1_WatchRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_keyward_v1_WatchResponse__Output>;
  
}

export interface KeyChangesHandlers extends grpc.UntypedServiceImplementation {
  Watch: grpc.handleServerStreamingCall<_keyward_v1_WatchRequest__Output, _keyward_v1_WatchResponse>;
  
}

export interface KeyChangesDefinition extends grpc.ServiceDefinition {
  Watch: MethodDefinition<_keyward_v1_WatchRequest, _keyward_v1_WatchResponse, _keyward_v1_WatchRequest__Output, _keyward_v1_WatchResponse__Output>
}
