import { ReadModelLostError, ReadModelUnavailableError } from '../read-model.errors.js';
import type {
  LookupAddress,
  LookupEntry,
  OrganizationSlots,
  ProjectSlots,
  ReadModelStatus,
} from '../read-model.port.js';
import type { OrganizationRecord, ProjectRecord, RolloutRecord, SlotRecord } from '../records.js';
import type { EvictionCheck } from './eviction-check.js';
import type { Keys } from './keys.js';
import type { Marks } from './marks.js';
import { META_FIELDS, NOTHING_THERE, StatusView, parseMeta, type Floor, type Meta } from './meta.js';
import { RecentRecords, RecordReads, type WantedRecord } from './record-reads.js';
import type { Command, RedisConnection, Reply } from './redis-connection.js';

export interface RedisParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly marks: Marks;
  readonly eviction: EvictionCheck;
}

interface Answer<T> {
  readonly status: ReadModelStatus;
  readonly value: T;
}
/** Says what is wanted; what it returns is called when that has come. */
type Ask<T> = (reads: RecordReads) => () => T;

interface Seen {
  readonly meta: Meta | undefined;
  readonly status: ReadModelStatus;
  readonly at: number;
}

const NO_ENTRY: LookupEntry = Object.freeze({
  organization: undefined,
  project: undefined,
  organizationSlot: undefined,
  projectSlot: undefined,
});
const ATTEMPTS = 4;
/** In a Cluster, how old the status that an answer carries may be without being asked for first. */
const RECENT_MS = 50;

/** The reading side over Redis. */
export class RedisReader {
  private readonly view = new StatusView();
  private readonly recent = new RecentRecords();
  private seen: Seen | undefined;

  constructor(private readonly parts: RedisParts) {}

  bindTo(storeId: string): void {
    this.view.bindTo(storeId);
  }

  async status(): Promise<ReadModelStatus> {
    return (await this.ask(() => () => undefined))?.status ?? NOTHING_THERE;
  }

  async lookup(
    addresses: readonly LookupAddress[],
  ): Promise<{ status: ReadModelStatus; entries: readonly LookupEntry[] }> {
    const answer = await this.ask((reads) => {
      const entries = addresses.map((address) => wantEntry(reads, address));
      return () => entries.map((entry) => entry());
    });
    if (!answer) return { status: NOTHING_THERE, entries: addresses.map(() => NO_ENTRY) };
    return { status: answer.status, entries: answer.value };
  }

  organization(organizationId: string): Promise<OrganizationRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'organization', organizationId }));
  }

  project(organizationId: string, projectId: string): Promise<ProjectRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'project', organizationId, projectId }));
  }

  rollout(): Promise<RolloutRecord | undefined> {
    return this.one((reads) => reads.record({ kind: 'rollout' }));
  }

  organizationSlots(
    organizationId: string,
    integrationIds: readonly string[],
  ): Promise<readonly OrganizationSlots[]> {
    return this.mustAsk((reads) => {
      const wanted = integrationIds.map((integrationId) => ({
        integrationId,
        slot: reads.slot(organizationId, null, integrationId),
        hash: reads.hash(organizationId, integrationId),
      }));
      return () =>
        wanted.map(({ integrationId, slot, hash }) => ({
          integrationId,
          organizationSlot: slotOf(reads, slot),
          overridingProjects: reads.countOf(hash),
        }));
    });
  }

  projectSlots(
    organizationId: string,
    projectId: string,
    integrationIds: readonly string[],
  ): Promise<readonly ProjectSlots[]> {
    return this.mustAsk((reads) => {
      const wanted = integrationIds.map((integrationId) => ({
        integrationId,
        organization: reads.slot(organizationId, null, integrationId),
        project: reads.slot(organizationId, projectId, integrationId),
      }));
      return () =>
        wanted.map(({ integrationId, organization, project }) => ({
          integrationId,
          organizationSlot: slotOf(reads, organization),
          projectSlot: slotOf(reads, project),
        }));
    });
  }

  slotsOfProjects(
    organizationId: string,
    integrationId: string,
    projectIds: readonly string[],
  ): Promise<readonly (SlotRecord | undefined)[]> {
    return this.mustAsk((reads) => {
      const wanted = projectIds.map((projectId) => reads.slot(organizationId, projectId, integrationId));
      return () => wanted.map((slot) => slotOf(reads, slot));
    });
  }

  private one<T>(want: (reads: RecordReads) => WantedRecord): Promise<T | undefined> {
    return this.mustAsk((reads) => {
      const wanted = want(reads);
      return () => reads.valueOf(wanted) as T | undefined;
    });
  }

  /** For answers that carry no status: there "nothing" would be a lie where there is no read model. */
  private async mustAsk<T>(ask: Ask<T>): Promise<T> {
    const answer = await this.ask(ask);
    if (!answer) throw new ReadModelUnavailableError('is not there: its store is empty, or another one');
    return answer.value;
  }

  /**
   * One round trip. Undefined when there is no read model. Asked again when another generation has
   * taken over meanwhile, and when two hashes did not fit together, as they may not while they are written.
   */
  private async ask<T>(ask: Ask<T>): Promise<Answer<T> | undefined> {
    await this.parts.eviction.beforeUse();
    let problem = 'changed too often while it was read';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        const answer = await this.attempt(ask);
        if (answer !== 'again') return answer;
      } catch (error) {
        if (!(error instanceof ReadModelLostError)) throw error;
        problem = 'lost records, as by eviction, and has to be built anew';
      }
    }
    throw new ReadModelUnavailableError(problem);
  }

  private async attempt<T>(ask: Ask<T>): Promise<Answer<T> | 'again' | undefined> {
    const { keys, connection } = this.parts;
    const before = await this.before();
    if (!before.meta) return undefined;
    const generation = before.meta.visible.id;
    const reads = new RecordReads(generation, keys, this.recent);
    const result = ask(reads);
    const commands = reads.commands();
    const floor = this.view.floor();
    // The marks last: if they are there then, nothing of this generation was gone before.
    const checks = this.marksOf(generation, reads).map((mark): Command => ['exists', mark]);
    const [metaReply, ...replies] = await connection.run([this.metaCommand(), ...commands, ...checks]);
    const after = this.take(metaReply!, floor);
    if (after.meta?.visible.id !== generation) return after.meta ? 'again' : undefined;
    if (replies.slice(commands.length).some((exists) => exists !== 1)) return undefined;
    reads.take(replies);
    const { status } = connection.isSingle || commands.length === 0 ? after : before;
    return { status, value: result() };
  }

  /**
   * What is known before a question is sent. In a single Redis that is only which generation to ask, as
   * the status comes first with the answer. In a Cluster the status may come from another node than the
   * records and be newer than they are, so the one from before is given; a recent one will do.
   */
  private async before(): Promise<Seen> {
    const { seen } = this;
    const fits = this.parts.connection.isSingle || (seen && performance.now() - seen.at < RECENT_MS);
    return seen?.meta && fits ? seen : this.readMeta();
  }

  /** Of all nodes, where only the status is asked. */
  private marksOf(generation: string, { hashKeys }: RecordReads): readonly string[] {
    const { marks } = this.parts;
    return hashKeys.length === 0 ? marks.perNode(generation) : marks.of(generation, hashKeys);
  }

  private async readMeta(): Promise<Seen> {
    const floor = this.view.floor();
    const [reply] = await this.parts.connection.run([this.metaCommand()]);
    return this.take(reply!, floor);
  }

  private metaCommand(): Command {
    return ['hmget', this.parts.keys.meta, ...META_FIELDS];
  }

  private take(reply: Reply, floor: Floor): Seen {
    const meta = parseMeta(reply as readonly (string | null)[]);
    return (this.seen = { meta, status: this.view.of(meta, floor), at: performance.now() });
  }
}

function wantEntry(
  reads: RecordReads,
  { organizationId, projectId, integrationId }: LookupAddress,
): () => LookupEntry {
  const organization = reads.record({ kind: 'organization', organizationId });
  const project = reads.record({ kind: 'project', organizationId, projectId });
  const organizationSlot = reads.slot(organizationId, null, integrationId);
  const projectSlot = reads.slot(organizationId, projectId, integrationId);
  return () => ({
    organization: reads.valueOf(organization) as OrganizationRecord | undefined,
    project: reads.valueOf(project) as ProjectRecord | undefined,
    organizationSlot: slotOf(reads, organizationSlot),
    projectSlot: slotOf(reads, projectSlot),
  });
}

function slotOf(reads: RecordReads, wanted: WantedRecord): SlotRecord | undefined {
  return reads.valueOf(wanted) as SlotRecord | undefined;
}
