// Original file: keyward/v1/keyward.proto

import type { LookupResponse as _keyward_v1_LookupResponse, LookupResponse__Output as _keyward_v1_LookupResponse__Output } from '../../keyward/v1/LookupResponse.js';

export interface BatchLookupResponse {
  'answers'?: (_keyward_v1_LookupResponse)[];
}

export interface BatchLookupResponse__Output {
  'answers': (_keyward_v1_LookupResponse__Output)[];
}
