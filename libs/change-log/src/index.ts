export { changeSpan } from './change-span.js';
export {
  ChangeLogError,
  ChangeLogTruncatedError,
  MalformedMessageError,
  isChangeLogError,
  type ChangeLogErrorCode,
} from './change-log.errors.js';
export { ChangeLogModule } from './change-log.module.js';
export {
  ChangeLogReader,
  ChangeLogWriter,
  type ChangeLogMessage,
  type RelayStart,
} from './change-log.port.js';
export { changeLogSettings } from './change-log.settings.js';
export {
  KEY_CHANGE_TYPE,
  changeMessageKey,
  decodeKeyChange,
  encodeKeyChange,
  type ChangeMessage,
} from './cloud-event.js';
export type { KeyChange } from './key-change.js';
export { MemoryChangeLog, type MemoryChangeLogOptions } from './memory/memory-change-log.js';
export { openChangeLog } from './open-change-log.js';
export { sharedChangeLogSettings } from './shared-change-log.settings.js';
