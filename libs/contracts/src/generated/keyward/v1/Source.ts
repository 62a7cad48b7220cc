// Original file: keyward/v1/keyward.proto

export const Source = {
  SOURCE_UNSPECIFIED: 'SOURCE_UNSPECIFIED',
  SOURCE_ORGANIZATION: 'SOURCE_ORGANIZATION',
  SOURCE_PROJECT: 'SOURCE_PROJECT',
} as const;

export type Source =
  | 'SOURCE_UNSPECIFIED'
  | 0
  | 'SOURCE_ORGANIZATION'
  | 1
  | 'SOURCE_PROJECT'
  | 2

export type Source__Output = typeof Source[keyof typeof Source]
