import { comparePositions, type LogPosition } from '@keyward/contracts/lean';
import type { DomainEvent } from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import type Database from 'libsql';
import { indexedEvent, type IndexedEvent } from '../indexed-event.js';
import { RolloutTables } from './rollout-tables.js';
import { UseTables } from './use-tables.js';

/** The writing side of the tables, for use inside a transaction that somebody else begins and commits. */
export class HistoryTables {
  private readonly rollouts: RolloutTables;
  private readonly uses: UseTables;
  private readonly selectMeta;
  private readonly updateMeta;
  private readonly insertEvent;
  private readonly insertKey;

  constructor(db: Database.Database) {
    const prepare = (sql: string) => db.prepare<unknown[]>(sql);
    this.rollouts = new RolloutTables(db);
    this.uses = new UseTables(db);
    this.selectMeta = prepare('SELECT value FROM meta WHERE name = ?').raw();
    this.updateMeta = prepare('UPDATE meta SET value = ? WHERE name = ?');
    this.insertEvent = prepare(
      `INSERT INTO events (commit_place, prepare_place, organization, project, integration, kind, actor, occurred_at,
         key_id, stream, revision, type, id, recorded_at, metadata, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.insertKey = prepare('INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?)');
  }

  checkpoint(): LogPosition {
    const read = (name: string): bigint => BigInt((this.selectMeta.get([name]) as [string])[0]);
    return { commit: read('commit_place'), prepare: read('prepare_place') };
  }

  /** What is here already is passed over: another process may have brought it into the same file. */
  apply(events: readonly RecordedEvent[], through: LogPosition): void {
    const checkpoint = this.checkpoint();
    for (const event of events) {
      if (comparePositions(event.position, checkpoint) > 0) this.insert(indexedEvent(event));
    }
    if (comparePositions(through, checkpoint) <= 0) return;
    this.updateMeta.run([String(through.commit), 'commit_place']);
    this.updateMeta.run([String(through.prepare), 'prepare_place']);
  }

  private insert({ recorded, event, owner, kind, occurredAt }: IndexedEvent): void {
    const { position, stream, revision, type, id, recordedAt, metadata } = recorded;
    const { lastInsertRowid } = this.insertEvent.run([
      position.commit,
      position.prepare,
      owner.organizationId,
      owner.projectId,
      owner.integrationId,
      kind,
      event.data.actor,
      occurredAt.getTime(),
      keyIdOf(event),
      stream,
      revision,
      type,
      id,
      recordedAt.getTime(),
      JSON.stringify(metadata),
      JSON.stringify(withoutLists(event)),
    ]);
    if (event.type === 'RolloutChanged') this.rollouts.insert(Number(lastInsertRowid), event.data);
    if (event.type === 'KeysHandedOut') this.uses.add(event.data);
    this.noteKey(event);
  }

  private noteKey({ type, data }: DomainEvent): void {
    if (type !== 'OrgKeySet' && type !== 'ProjectKeySet') return;
    const { keyId, lastFour, credentialKind, occurredAt, actor } = data;
    this.insertKey.run([keyId, lastFour, credentialKind, occurredAt, actor]);
  }
}

function keyIdOf({ data }: DomainEvent): string | null {
  return 'keyId' in data ? data.keyId : null;
}

/** Who else is in the rollout is no organization's business. */
function withoutLists({ type, data }: DomainEvent): object {
  return type === 'RolloutChanged' ? { ...data, include: undefined, exclude: undefined } : data;
}
