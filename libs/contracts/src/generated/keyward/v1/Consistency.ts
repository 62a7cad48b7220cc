// Original file: keyward/v1/keyward.proto


export interface Consistency {
  'minimizeLatency'?: (boolean);
  'atLeastAsFresh'?: (string);
  'fullyConsistent'?: (boolean);
  'withinBound'?: (boolean);
  'requirement'?: "minimizeLatency"|"atLeastAsFresh"|"fullyConsistent";
}

export interface Consistency__Output {
  'minimizeLatency'?: (boolean);
  'atLeastAsFresh'?: (string);
  'fullyConsistent'?: (boolean);
  'withinBound': (boolean);
  'requirement'?: "minimizeLatency"|"atLeastAsFresh"|"fullyConsistent";
}
