import type { KeysHandedOut } from '@keyward/domain';
import type Database from 'libsql';
import type { KeyUse, KeyUses } from '../history-index.port.js';

type Row = readonly [
  keyId: string,
  version: bigint,
  worker: string,
  projectId: string,
  firstUsed: bigint,
  lastUsed: bigint,
  count: bigint,
];

/** What was handed out, added up: by whom each version of a key was used, for which project, and when last. */
export class UseTables {
  private readonly addUse;
  private readonly addKey;
  private readonly selectUses;
  private readonly selectKeys;

  constructor(db: Database.Database) {
    const prepare = (sql: string) => db.prepare<unknown[]>(sql);
    this.addUse = prepare(
      `INSERT INTO key_uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET first_used = min(first_used, excluded.first_used),
           last_used = max(last_used, excluded.last_used), count = count + excluded.count`,
    );
    this.addKey = prepare(
      'INSERT INTO keys_used VALUES (?, ?) ON CONFLICT DO UPDATE SET last_used = max(last_used, excluded.last_used)',
    );
    this.selectUses = prepare(
      `SELECT key_id, version, worker, project, first_used, last_used, count FROM key_uses
        WHERE organization = ? AND integration = ? AND level = 'organization'
        ORDER BY last_used DESC, version DESC, worker, project LIMIT ?`,
    )
      .safeIntegers(true)
      .raw();
    this.selectKeys = prepare(
      'SELECT key_id, last_used FROM keys_used WHERE key_id IN (SELECT value FROM json_each(?))',
    ).raw();
  }

  add({ organizationId, handOuts }: KeysHandedOut['data']): void {
    for (const { worker, projectId, level, integrationId, keyId, version, ...times } of handOuts) {
      const [firstUsed, lastUsed] = [Date.parse(times.firstAt), Date.parse(times.lastAt)];
      const count = Object.values(times.counts).reduce((sum, each) => sum + each, 0);
      const use = [keyId, worker, projectId, version, firstUsed, lastUsed, count];
      this.addUse.run([organizationId, integrationId, level, ...use]);
      this.addKey.run([keyId, lastUsed]);
    }
  }

  /** Of the organization's own key, the latest first. */
  of(organizationId: string, integrationId: string, limit: number): KeyUses {
    const rows = this.selectUses.all([organizationId, integrationId, limit + 1]) as Row[];
    return { uses: rows.slice(0, limit).map(toUse), moreUses: rows.length > limit };
  }

  /** Milliseconds since 1970, by key id; those that were never used are left out. */
  lastOf(keyIds: readonly string[]): ReadonlyMap<string, number> {
    return new Map(this.selectKeys.all([JSON.stringify(keyIds)]) as [string, number][]);
  }
}

function toUse([keyId, version, worker, projectId, firstUsed, lastUsed, count]: Row): KeyUse {
  return {
    keyId,
    version: Number(version),
    worker,
    projectId,
    firstUsedAt: new Date(Number(firstUsed)),
    lastUsedAt: new Date(Number(lastUsed)),
    count: Number(count),
  };
}
