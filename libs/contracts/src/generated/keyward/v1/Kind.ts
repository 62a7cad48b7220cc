// Original file: keyward/v1/keyward.proto

export const Kind = {
  KIND_UNSPECIFIED: 'KIND_UNSPECIFIED',
  KIND_SET: 'KIND_SET',
  KIND_REMOVED: 'KIND_REMOVED',
  KIND_DISABLED: 'KIND_DISABLED',
  KIND_ENABLED: 'KIND_ENABLED',
} as const;

export type Kind =
  | 'KIND_UNSPECIFIED'
  | 0
  | 'KIND_SET'
  | 1
  | 'KIND_REMOVED'
  | 2
  | 'KIND_DISABLED'
  | 3
  | 'KIND_ENABLED'
  | 4

export type Kind__Output = typeof Kind[keyof typeof Kind]
