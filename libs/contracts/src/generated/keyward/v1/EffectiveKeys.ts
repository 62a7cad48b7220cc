// Original file: keyward/v1/keyward.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BatchLookupRequest as _keyward_v1_BatchLookupRequest, BatchLookupRequest__Output as _keyward_v1_BatchLookupRequest__Output } from '../../keyward/v1/BatchLookupRequest.js';
import type { BatchLookupResponse as _keyward_v1_BatchLookupResponse, BatchLookupResponse__Output as _keyward_v1_BatchLookupResponse__Output } from '../../keyward/v1/BatchLookupResponse.js';
import type { LookupRequest as _keyward_v1_LookupRequest, LookupRequest__Output as _keyward_v1_LookupRequest__Output } from '../../keyward/v1/LookupRequest.js';
import type { LookupResponse as _keyward_v1_LookupResponse, LookupResponse__Output as _keyward_v1_LookupResponse__Output } from '../../keyward/v1/LookupResponse.js';

export interface EffectiveKeysClient extends grpc.Client {
  BatchLookup(argument: _keyward_v1_BatchLookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  BatchLookup(argument: _keyward_v1_BatchLookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  BatchLookup(argument: _keyward_v1_BatchLookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  BatchLookup(argument: _keyward_v1_BatchLookupRequest, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  batchLookup(argument: _keyward_v1_BatchLookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  batchLookup(argument: _keyward_v1_BatchLookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  batchLookup(argument: _keyward_v1_BatchLookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  batchLookup(argument: _keyward_v1_BatchLookupRequest, callback: grpc.requestCallback<_keyward_v1_BatchLookupResponse__Output>): grpc.ClientUnaryCall;
  
  Lookup(argument: _keyward_v1_LookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _keyward_v1_LookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _keyward_v1_LookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  Lookup(argument: _keyward_v1_LookupRequest, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  lookup(argument: _keyward_v1_LookupRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  lookup(argument: _keyward_v1_LookupRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  lookup(argument: _keyward_v1_LookupRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  lookup(argument: _keyward_v1_LookupRequest, callback: grpc.requestCallback<_keyward_v1_LookupResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface EffectiveKeysHandlers extends grpc.UntypedServiceImplementation {
  BatchLookup: grpc.handleUnaryCall<_keyward_v1_BatchLookupRequest__Output, _keyward_v1_BatchLookupResponse>;
  
  Lookup: grpc.handleUnaryCall<_keyward_v1_LookupRequest__Output, _keyward_v1_LookupResponse>;
  
}

export interface EffectiveKeysDefinition extends grpc.ServiceDefinition {
  BatchLookup: MethodDefinition<_keyward_v1_BatchLookupRequest, _keyward_v1_BatchLookupResponse, _keyward_v1_BatchLookupRequest__Output, _keyward_v1_BatchLookupResponse__Output>
  Lookup: MethodDefinition<_keyward_v1_LookupRequest, _keyward_v1_LookupResponse, _keyward_v1_LookupRequest__Output, _keyward_v1_LookupResponse__Output>
}
