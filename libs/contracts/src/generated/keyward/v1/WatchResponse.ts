// Original file: keyward/v1/keyward.proto

import type { Change as _keyward_v1_Change, Change__Output as _keyward_v1_Change__Output } from '../../keyward/v1/Change.js';
import type { Heartbeat as _keyward_v1_Heartbeat, Heartbeat__Output as _keyward_v1_Heartbeat__Output } from '../../keyward/v1/Heartbeat.js';
import type { Reset as _keyward_v1_Reset, Reset__Output as _keyward_v1_Reset__Output } from '../../keyward/v1/Reset.js';

export interface WatchResponse {
  'changesThrough'?: (string);
  'change'?: (_keyward_v1_Change | null);
  'heartbeat'?: (_keyward_v1_Heartbeat | null);
  'reset'?: (_keyward_v1_Reset | null);
  'event'?: "change"|"heartbeat"|"reset";
}

export interface WatchResponse__Output {
  'changesThrough': (string);
  'change'?: (_keyward_v1_Change__Output | null);
  'heartbeat'?: (_keyward_v1_Heartbeat__Output | null);
  'reset'?: (_keyward_v1_Reset__Output | null);
  'event'?: "change"|"heartbeat"|"reset";
}
