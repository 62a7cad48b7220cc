// Original file: keyward/v1/keyward.proto

import type { Reason as _keyward_v1_Reason, Reason__Output as _keyward_v1_Reason__Output } from '../../keyward/v1/Reason.js';

export interface NotConfigured {
  'reason'?: (_keyward_v1_Reason);
}

export interface NotConfigured__Output {
  'reason': (_keyward_v1_Reason__Output);
}
