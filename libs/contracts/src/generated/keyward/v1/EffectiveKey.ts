// Original file: keyward/v1/keyward.proto

import type { Source as _keyward_v1_Source, Source__Output as _keyward_v1_Source__Output } from '../../keyward/v1/Source.js';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.js';
import type { Duration as _google_protobuf_Duration, Duration__Output as _google_protobuf_Duration__Output } from '../../google/protobuf/Duration.js';

export interface EffectiveKey {
  'secret'?: (Buffer | Uint8Array | string);
  'source'?: (_keyward_v1_Source);
  'version'?: (number);
  'keyId'?: (string);
  'fingerprint'?: (string);
  'setAt'?: (_google_protobuf_Timestamp | null);
  'lease'?: (_google_protobuf_Duration | null);
}

export interface EffectiveKey__Output {
  'secret': (Buffer);
  'source': (_keyward_v1_Source__Output);
  'version': (number);
  'keyId': (string);
  'fingerprint': (string);
  'setAt': (_google_protobuf_Timestamp__Output | null);
  'lease': (_google_protobuf_Duration__Output | null);
}
