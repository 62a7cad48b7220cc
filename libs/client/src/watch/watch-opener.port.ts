import type { Metadata } from '@grpc/grpc-js';
import type { WatchResponse__Output } from '@keyward/contracts';

/** One stream of a watch. Iterating it reads no further ahead than a small buffer. */
export interface WatchStream extends AsyncIterable<WatchResponse__Output> {
  cancel(): void;
}

/** Opens a stream after that position; empty: from now on. */
export type OpenWatch = (afterPosition: string, token: Metadata) => WatchStream;
