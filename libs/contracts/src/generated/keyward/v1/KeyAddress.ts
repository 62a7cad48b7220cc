// Original file: keyward/v1/keyward.proto


export interface KeyAddress {
  'organizationId'?: (string);
  'projectId'?: (string);
  'integrationId'?: (string);
}

export interface KeyAddress__Output {
  'organizationId': (string);
  'projectId': (string);
  'integrationId': (string);
}
