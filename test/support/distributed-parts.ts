import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LocalHeadSigner } from '@keyward/audit';
import { startStandInProcess, type StandInProcess } from './eventstoredb/index.js';
import type { OwnServer } from './services/own-server.js';
import { temporaryDataDir } from './standalone.js';

/** Servers that the test has for itself alone, because it is going to break them. */
export interface OwnServers {
  readonly eventStore?: OwnServer;
  readonly redis?: OwnServer;
  readonly kafka?: OwnServer;
}

/** What all apps of one Keyward share: an EventStoreDB of its own, and its own place in the Redis and the Kafka of the tests. */
export class DistributedParts {
  private readonly data = temporaryDataDir();
  private readonly own = randomUUID().slice(0, 8);
  /** As KEYWARD_KEK says it. */
  readonly kek = `main:${randomBytes(32).toString('base64')}`;
  readonly auditKeyFile = join(this.data.path, 'audit-signing-key.pem');
  private standIn: StandInProcess | undefined;

  constructor(private readonly ownServers: OwnServers = {}) {}

  /** What the stand-in keeps. */
  get logFile(): string {
    return join(this.dataDir, 'events.db');
  }

  /** Where the local issuer's key lies. */
  get dataDir(): string {
    return this.data.path;
  }

  get eventStore(): StandInProcess {
    if (!this.standIn) throw new Error('start() comes first');
    return this.standIn;
  }

  /** One environment for all apps: each reads its own. */
  get env(): Readonly<Record<string, string>> {
    const { eventStore, redis, kafka } = this.ownServers;
    const [redisUrl, kafkaUrl] = [
      process.env['KEYWARD_TEST_REDIS_URL'],
      process.env['KEYWARD_TEST_KAFKA_URL'],
    ];
    return {
      KEYWARD_DATA_DIR: this.dataDir,
      KEYWARD_EVENT_STORE: eventStore ? `esdb://${eventStore.address}?tls=false` : this.eventStore.url,
      KEYWARD_READ_MODEL: `${redis ? `redis://${redis.address}` : redisUrl}?prefix=apart-${this.own}`,
      KEYWARD_CHANGE_LOG: `${kafka ? `kafka://${kafka.address}` : kafkaUrl}/apart-${this.own}?partitions=3`,
      KEYWARD_KEK: this.kek,
      KEYWARD_AUDIT_SIGNING_KEY_FILE: this.auditKeyFile,
    };
  }

  async start(): Promise<void> {
    await LocalHeadSigner.open(this.auditKeyFile, { createIfMissing: true });
    if (!this.ownServers.eventStore) this.standIn = await startStandInProcess(this.logFile);
  }

  async stop(): Promise<void> {
    await this.standIn?.kill();
    this.data.dispose();
  }
}
