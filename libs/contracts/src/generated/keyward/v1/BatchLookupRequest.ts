// Original file: keyward/v1/keyward.proto

import type { KeyAddress as _keyward_v1_KeyAddress, KeyAddress__Output as _keyward_v1_KeyAddress__Output } from '../../keyward/v1/KeyAddress.js';
import type { Consistency as _keyward_v1_Consistency, Consistency__Output as _keyward_v1_Consistency__Output } from '../../keyward/v1/Consistency.js';

export interface BatchLookupRequest {
  'addresses'?: (_keyward_v1_KeyAddress)[];
  'consistency'?: (_keyward_v1_Consistency | null);
}

export interface BatchLookupRequest__Output {
  'addresses': (_keyward_v1_KeyAddress__Output)[];
  'consistency': (_keyward_v1_Consistency__Output | null);
}
