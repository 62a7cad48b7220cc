// Original file: keyward/v1/keyward.proto

import type { EffectiveKey as _keyward_v1_EffectiveKey, EffectiveKey__Output as _keyward_v1_EffectiveKey__Output } from '../../keyward/v1/EffectiveKey.js';
import type { NotConfigured as _keyward_v1_NotConfigured, NotConfigured__Output as _keyward_v1_NotConfigured__Output } from '../../keyward/v1/NotConfigured.js';

export interface LookupResponse {
  'key'?: (_keyward_v1_EffectiveKey | null);
  'notConfigured'?: (_keyward_v1_NotConfigured | null);
  'position'?: (string);
  'outcome'?: "key"|"notConfigured";
}

export interface LookupResponse__Output {
  'key'?: (_keyward_v1_EffectiveKey__Output | null);
  'notConfigured'?: (_keyward_v1_NotConfigured__Output | null);
  'position': (string);
  'outcome'?: "key"|"notConfigured";
}
