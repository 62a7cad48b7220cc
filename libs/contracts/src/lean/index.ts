/** Without the gRPC library: for a thread, which loads every module anew, that would be 20 MB. */
export {
  START_OF_LOG,
  comparePositions,
  decodePosition,
  encodePosition,
  type LogPosition,
} from '../position.js';
