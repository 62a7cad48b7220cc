// Original file: keyward/v1/keyward.proto

import type { Kind as _keyward_v1_Kind, Kind__Output as _keyward_v1_Kind__Output } from '../../keyward/v1/Kind.js';

export interface Change {
  'organizationId'?: (string);
  'projectId'?: (string);
  'integrationId'?: (string);
  'kind'?: (_keyward_v1_Kind);
  'version'?: (number);
  'keyId'?: (string);
  'affectedProjectIds'?: (string)[];
  'position'?: (string);
}

export interface Change__Output {
  'organizationId': (string);
  'projectId': (string);
  'integrationId': (string);
  'kind': (_keyward_v1_Kind__Output);
  'version': (number);
  'keyId': (string);
  'affectedProjectIds': (string)[];
  'position': (string);
}
