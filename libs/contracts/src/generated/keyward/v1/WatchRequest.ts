// Original file: keyward/v1/keyward.proto


export interface WatchRequest {
  'organizationId'?: (string);
  'projectIds'?: (string)[];
  'integrationIds'?: (string)[];
  'afterPosition'?: (string);
}

export interface WatchRequest__Output {
  'organizationId': (string);
  'projectIds': (string)[];
  'integrationIds': (string)[];
  'afterPosition': (string);
}
