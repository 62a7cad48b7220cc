import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from './google/protobuf/Duration.js';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from './google/protobuf/Timestamp.js';
import type { BatchLookupRequest as _keyward_v1_BatchLookupRequest, BatchLookupRequest__Output as _keyward_v1_BatchLookupRequest__Output } from './keyward/v1/BatchLookupRequest.js';
import type { BatchLookupResponse as _keyward_v1_BatchLookupResponse, BatchLookupResponse__Output as _keyward_v1_BatchLookupResponse__Output } from './keyward/v1/BatchLookupResponse.js';
import type { Change as _keyward_v1_Change, Change__Output as _keyward_v1_Change__Output } from './keyward/v1/Change.js';
import type { Consistency as _keyward_v1_Consistency, Consistency__Output as _keyward_v1_Consistency__Output } from './keyward/v1/Consistency.js';
import type { EffectiveKey as _keyward_v1_EffectiveKey, EffectiveKey__Output as _keyward_v1_EffectiveKey__Output } from './keyward/v1/EffectiveKey.js';
import type { EffectiveKeysClient as _keyward_v1_EffectiveKeysClient, EffectiveKeysDefinition as _keyward_v1_EffectiveKeysDefinition } from './keyward/v1/EffectiveKeys.js';
import type { Heartbeat as _keyward_v1_Heartbeat, Heartbeat__Output as _keyward_v1_Heartbeat__Output } from './keyward/v1/Heartbeat.js';
import type { KeyAddress as _keyward_v1_KeyAddress, KeyAddress__Output as _keyward_v1_KeyAddress__Output } from './keyward/v1/KeyAddress.js';
import type { KeyChangesClient as _keyward_v1_KeyChangesClient, KeyChangesDefinition as _keyward_v1_KeyChangesDefinition } from './keyward/v1/KeyChanges.js';
import type { LookupRequest as _keyward_v1_LookupRequest, LookupRequest__Output as _keyward_v1_LookupRequest__Output } from './keyward/v1/LookupRequest.js';
import type { LookupResponse as _keyward_v1_LookupResponse, LookupResponse__Output as _keyward_v1_LookupResponse__Output } from './keyward/v1/LookupResponse.js';
import type { NotConfigured as _keyward_v1_NotConfigured, NotConfigured__Output as _keyward_v1_NotConfigured__Output } from './keyward/v1/NotConfigured.js';
import type { Reset as _keyward_v1_Reset, Reset__Output as _keyward_v1_Reset__Output } from './keyward/v1/Reset.js';
import type { WatchRequest as _keyward_v1_WatchRequest, WatchRequest__Output as _keyward_v1_WatchRequest__Output } from './keyward/v1/WatchRequest.js';
import type { WatchResponse as _keyward_v1_WatchResponse, WatchResponse__Output as _keyward_v1_WatchResponse__Output } from './keyward/v1/WatchResponse.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  google: {
    protobuf: {
      Duration: MessageTypeDefinition<_google_protobuf_Duration, _google_protobuf_Duration__Output>
      Timestamp: MessageTypeDefinition<_google_protobuf_Timestamp, _google_protobuf_Timestamp__Output>
    }
  }
  keyward: {
    v1: {
      BatchLookupRequest: MessageTypeDefinition<_keyward_v1_BatchLookupRequest, _keyward_v1_BatchLookupRequest__Output>
      BatchLookupResponse: MessageTypeDefinition<_keyward_v1_BatchLookupResponse, _keyward_v1_BatchLookupResponse__Output>
      Change: MessageTypeDefinition<_keyward_v1_Change, _keyward_v1_Change__Output>
      Consistency: MessageTypeDefinition<_keyward_v1_Consistency, _keyward_v1_Consistency__Output>
      EffectiveKey: MessageTypeDefinition<_keyward_v1_EffectiveKey, _keyward_v1_EffectiveKey__Output>
      EffectiveKeys: SubtypeConstructor<typeof grpc.Client, _keyward_v1_EffectiveKeysClient> & { service: _keyward_v1_EffectiveKeysDefinition }
      Heartbeat: MessageTypeDefinition<_keyward_v1_Heartbeat, _keyward_v1_Heartbeat__Output>
      KeyAddress: MessageTypeDefinition<_keyward_v1_KeyAddress, _keyward_v1_KeyAddress__Output>
      KeyChanges: SubtypeConstructor<typeof grpc.Client, _keyward_v1_KeyChangesClient> & { service: _keyward_v1_KeyChangesDefinition }
      Kind: EnumTypeDefinition
      LookupRequest: MessageTypeDefinition<_keyward_v1_LookupRequest, _keyward_v1_LookupRequest__Output>
      LookupResponse: MessageTypeDefinition<_keyward_v1_LookupResponse, _keyward_v1_LookupResponse__Output>
      NotConfigured: MessageTypeDefinition<_keyward_v1_NotConfigured, _keyward_v1_NotConfigured__Output>
      Reason: EnumTypeDefinition
      Reset: MessageTypeDefinition<_keyward_v1_Reset, _keyward_v1_Reset__Output>
      Source: EnumTypeDefinition
      WatchRequest: MessageTypeDefinition<_keyward_v1_WatchRequest, _keyward_v1_WatchRequest__Output>
      WatchResponse: MessageTypeDefinition<_keyward_v1_WatchResponse, _keyward_v1_WatchResponse__Output>
    }
  }
}

