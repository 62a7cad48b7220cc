import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs';
import { ChangeLogError } from '../change-log.errors.js';
import { retrying, withDeadline } from './kafka-client.js';
import { DEFAULT_PARTITIONS, type KafkaAddress } from './kafka-url.js';

const ADMIN_MS = 20_000;

export interface TopicNames {
  /** One message per change. */
  readonly changes: string;
  /** How far the relay has come; one partition, compacted. */
  readonly progress: string;
  /** What is said of messages that could not be read. */
  readonly dead: string;
}

export function topicNames(topic: string): TopicNames {
  return { changes: topic, progress: `${topic}.progress`, dead: `${topic}.dead` };
}

/**
 * Makes the topics that are missing and checks the one that holds the changes.
 * @returns how many partitions it has
 * @throws ChangeLogError SETUP naming the topic, the rule and what to do
 */
export async function ensureTopics(admin: Admin, address: KafkaAddress): Promise<number> {
  const names = topicNames(address.topic);
  const present = await withDeadline(ADMIN_MS, 'listing topics', admin.listTopics());
  const missing = wantedTopics(names, address).filter(({ topic }) => !present.includes(topic));
  // waitForLeaders: what follows sends at once. Another relay may make them at the same moment: that is no error.
  if (missing.length > 0)
    await withDeadline(
      ADMIN_MS,
      'making topics',
      admin.createTopics({ topics: missing, waitForLeaders: true }),
    );
  await checkCleanup(admin, names.changes);
  const partitions = await countPartitions(admin, names.changes);
  if (address.partitions !== undefined && partitions !== address.partitions)
    throw new ChangeLogError(
      'SETUP',
      `the topic ${names.changes} has ${partitions} partitions and KEYWARD_CHANGE_LOG says ${address.partitions}: ` +
        'correct the setting. A topic that gets another number mixes up the order of changes',
    );
  return partitions;
}

export async function countPartitions(admin: Admin, topic: string): Promise<number> {
  const { topics } = await withDeadline(
    ADMIN_MS,
    'reading topics',
    admin.fetchTopicMetadata({ topics: [topic] }),
  );
  return topics[0]!.partitions.length;
}

/** The oldest offset kept and the next one to be given, by partition. */
export async function offsetBounds(admin: Admin, topic: string): Promise<{ low: number[]; end: number[] }> {
  const bounds: { low: number[]; end: number[] } = { low: [], end: [] };
  const offsets = retrying(() => admin.fetchTopicOffsets(topic));
  for (const { partition, low, high } of await withDeadline(ADMIN_MS, 'reading offsets', offsets)) {
    bounds.low[partition] = Number(low);
    bounds.end[partition] = Number(high);
  }
  return bounds;
}

function wantedTopics(
  names: TopicNames,
  { partitions, replication, retentionMs }: KafkaAddress,
): ITopicConfig[] {
  const replicationFactor = replication ?? -1;
  // With three copies two have to hold a change before it counts as published, so that it outlives a broker.
  const safety = replication !== undefined && replication >= 3 ? { 'min.insync.replicas': '2' } : {};
  const topic = (name: string, numPartitions: number, config: Record<string, string>): ITopicConfig => ({
    topic: name,
    numPartitions,
    replicationFactor,
    configEntries: Object.entries({ ...config, ...safety }).map(([key, value]) => ({ name: key, value })),
  });
  const retention = String(retentionMs);
  return [
    topic(names.changes, partitions ?? DEFAULT_PARTITIONS, {
      'cleanup.policy': 'delete',
      'retention.ms': retention,
    }),
    topic(names.progress, 1, { 'cleanup.policy': 'compact', 'segment.bytes': String(8 * 1024 * 1024) }),
    topic(names.dead, 1, { 'cleanup.policy': 'compact,delete', 'retention.ms': retention }),
  ];
}

/** Slots share a message key, so compaction would drop the only message that says a project's key was removed. */
async function checkCleanup(admin: Admin, topic: string): Promise<void> {
  const name = 'cleanup.policy';
  const { resources } = await withDeadline(
    ADMIN_MS,
    'reading the settings of topics',
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
    }),
  );
  const policy = resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
  if (policy !== 'delete')
    throw new ChangeLogError(
      'SETUP',
      `the topic ${topic} has the cleanup.policy ${policy}, which drops changes: set it to delete`,
    );
}
