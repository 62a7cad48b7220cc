// Original file: keyward/v1/keyward.proto

export const Reason = {
  REASON_UNSPECIFIED: 'REASON_UNSPECIFIED',
  REASON_NOT_SET: 'REASON_NOT_SET',
  REASON_DISABLED: 'REASON_DISABLED',
} as const;

export type Reason =
  | 'REASON_UNSPECIFIED'
  | 0
  | 'REASON_NOT_SET'
  | 1
  | 'REASON_DISABLED'
  | 2

export type Reason__Output = typeof Reason[keyof typeof Reason]
