import type { EventStore } from '@keyward/event-store';
import type { Metrics } from '@keyward/runtime';
import type { ChangeLogReader, ChangeLogWriter } from './change-log.port.js';
import { BrokenKafkaUrl, parseKafkaUrl } from './kafka/kafka-url.js';
import { MemoryChangeLog } from './memory/memory-change-log.js';

export interface OpenChangeLog {
  readonly writer: ChangeLogWriter;
  readonly reader: ChangeLogReader;
  /** Lets another relay go on at once. */
  close(): Promise<void>;
}

export interface ChangeLogParts {
  /** Kafka needs one: the relay keeps its checkpoint there. */
  readonly store?: EventStore | undefined;
  readonly metrics?: Metrics | undefined;
}

/**
 * The change log that a URL names: `memory:`, or `kafka://` and what parseKafkaUrl takes. Nothing is connected yet.
 * @throws Error with the setting's name and rule when it names none; never with the URL, which may hold a password
 */
export async function openChangeLog(
  url: string,
  { store, metrics }: ChangeLogParts = {},
): Promise<OpenChangeLog> {
  const poison = metrics?.counter({
    name: 'keyward_change_log_poison_total',
    help: 'Messages of the change topic in Kafka that could not be read; each has a dead letter with the reason.',
  });
  if (url === 'memory:') {
    const log = new MemoryChangeLog();
    return { writer: log, reader: log, close: async () => undefined };
  }
  if (/^kafka:/i.test(url)) return openKafka(url, store, () => poison?.inc());
  throw new Error(
    'KEYWARD_CHANGE_LOG must be memory: (the change log inside the process), or an address that starts with kafka://: ' +
      'correct it, or leave it out.',
  );
}

async function openKafka(
  url: string,
  store: EventStore | undefined,
  onPoison: () => void,
): Promise<OpenChangeLog> {
  const address = parse(url);
  if (!store) throw new Error('KEYWARD_CHANGE_LOG names Kafka, which needs an event log for the checkpoint.');
  // Loaded only where it is used: standalone on embedded parts starts faster without.
  const { KafkaChangeLogReader, KafkaChangeLogWriter } = await import('./kafka/index.js');
  const writer = new KafkaChangeLogWriter({ address, store });
  const reader = new KafkaChangeLogReader({ address, store, onPoison });
  return { writer, reader, close: () => writer.close() };
}

function parse(url: string): ReturnType<typeof parseKafkaUrl> {
  try {
    return parseKafkaUrl(url);
  } catch (error) {
    if (error instanceof BrokenKafkaUrl)
      throw new Error(`KEYWARD_CHANGE_LOG ${error.message}.`, { cause: error });
    throw error;
  }
}
