export { KafkaChangeLogReader, type KafkaReaderOptions } from './kafka-change-log-reader.js';
export { KafkaChangeLogWriter, type KafkaWriterOptions } from './kafka-change-log-writer.js';
