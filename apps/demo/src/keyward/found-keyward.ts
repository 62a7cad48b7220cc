/** A Keyward to play against. */
export interface FoundKeyward {
  readonly url: string;
  /** As KEYWARD_GRPC takes it. */
  readonly grpc: string;
  /** Where its local issuer's key lies. */
  readonly dataDir: string;
  /** Whether it was started for this demo and ends with it. */
  readonly isOwn: boolean;
}
