import { isInRollout, rollout, type Rollout } from '@keyward/domain';
import type Database from 'libsql';

interface Listing {
  readonly included: boolean;
  readonly excluded: boolean;
}

const NOT_LISTED: Listing = { included: false, excluded: false };

/** A change of the rollout after which an organization is in, and before it was not; or the other way round. */
export interface Turn {
  readonly seq: number;
  readonly inRollout: boolean;
}

/** The rollout by organization: no list is ever read to find what it says of one. */
export class RolloutTables {
  private readonly insertRollout;
  private readonly insertListing;
  private readonly listed;
  private readonly rollouts;
  private readonly listings;

  constructor(db: Database.Database) {
    const prepare = (sql: string) => db.prepare<unknown[]>(sql);
    this.insertRollout = prepare('INSERT INTO rollouts (seq, percentage) VALUES (?, ?)');
    this.insertListing = prepare('INSERT INTO listings VALUES (?, ?, ?, ?)');
    this.listed = prepare(
      `SELECT organization, included, excluded FROM listings AS listing
        WHERE seq = (SELECT max(seq) FROM listings WHERE organization = listing.organization)`,
    ).raw();
    this.rollouts = prepare('SELECT seq, percentage FROM rollouts ORDER BY seq').raw();
    this.listings = prepare(
      'SELECT seq, included, excluded FROM listings WHERE organization = ? ORDER BY seq',
    ).raw();
  }

  insert(seq: number, { percentage, include, exclude }: Rollout): void {
    this.insertRollout.run([seq, percentage]);
    const before = this.listedNow();
    const [included, excluded] = [new Set(include), new Set(exclude)];
    for (const organization of new Set([...before.keys(), ...included, ...excluded])) {
      const was = before.get(organization) ?? NOT_LISTED;
      const is = { included: included.has(organization), excluded: excluded.has(organization) };
      if (was.included === is.included && was.excluded === is.excluded) continue;
      this.insertListing.run([organization, seq, Number(is.included), Number(is.excluded)]);
    }
  }

  /** In log order. */
  turnsOf(organization: string): readonly Turn[] {
    const listings = this.listings.all([organization]) as [number, number, number][];
    const turns: Turn[] = [];
    let inRollout = isInRollout(organization, rollout.initialState);
    let listing = NOT_LISTED;
    let next = 0;
    for (const [seq, percentage] of this.rollouts.all([]) as [number, number][]) {
      if (listings[next]?.[0] === seq) listing = toListing(listings[next++]!.slice(1));
      const isIn = isInRollout(organization, rolloutFor(organization, percentage, listing));
      if (isIn !== inRollout) turns.push({ seq, inRollout: isIn });
      inRollout = isIn;
    }
    return turns;
  }

  private listedNow(): Map<string, Listing> {
    const rows = this.listed.all([]) as [string, number, number][];
    return new Map(rows.map(([organization, ...flags]) => [organization, toListing(flags)]));
  }
}

function toListing([included, excluded]: readonly number[]): Listing {
  return { included: included === 1, excluded: excluded === 1 };
}

/** As much of a rollout as concerns one organization. */
function rolloutFor(organization: string, percentage: number, { included, excluded }: Listing): Rollout {
  return { percentage, include: included ? [organization] : [], exclude: excluded ? [organization] : [] };
}
