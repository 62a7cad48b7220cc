import { encodePosition, type LogPosition } from '@keyward/contracts';
import { orgKeyStream, organizationStream, ROLLOUT_STREAM } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import fc from 'fast-check';
import Database from 'libsql';
import { headHash, signHead, type SignedHead } from '../head/head.js';
import { AuditLog } from '../log/audit-log.js';
import { logOfStream } from '../log/audited-streams.js';
import { HEAD_SIGNED, headsStream, logOfHeadsStream } from '../log/heads-stream.js';
import { verifyConsistency, verifyInclusion } from '../merkle/verify-proof.js';
import { SIGNER, STORE_ID, sampleEvent, timeOf } from '../testing/index.js';
import { AuditLedger } from './ledger.js';
import { prepareLedger } from './ledger-schema.js';

const ORGANIZATIONS = ['acme', 'acme2', null] as const;
const STREAMS = [
  organizationStream('acme'),
  orgKeyStream('acme2', 'openai'),
  ROLLOUT_STREAM,
  'keyMaterial-x',
];
const START: LogPosition = { commit: 0n, prepare: 0n };
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

describe('The audit ledger', () => {
  let db: Database.Database;
  let ledger: AuditLedger;
  let log: RecordedEvent[];
  beforeEach(() => {
    db = new Database(':memory:');
    log = [];
    ledger = opened();
  });
  afterEach(() => db.close());

  const opened = (storeId = STORE_ID): AuditLedger => {
    prepareLedger(db, storeId);
    return new AuditLedger(db, storeId);
  };

  /** The next event of the log. */
  function happens(stream: string, data: JsonObject = {}, more: Partial<RecordedEvent> = {}): RecordedEvent {
    const revision = BigInt(log.filter((each) => each.stream === stream).length);
    const event = { ...sampleEvent(log.length, data), stream, revision, ...more };
    log.push(event);
    return event;
  }

  async function isSigned(
    organizationId: string | null,
    more: Partial<SignedHead['head']> = {},
  ): Promise<SignedHead> {
    take();
    const { state } = ledger.state(organizationId)!;
    const chain = log.filter(({ stream }) => stream === headsStream(organizationId));
    const last = chain.at(-1)?.data as SignedHead | undefined;
    const signed = await signHead(SIGNER, {
      log: AuditLog.resume(state),
      previousHeadHash: last ? headHash(last.head) : null,
      time: timeOf(log.length),
    });
    const stored = { ...signed, head: { ...signed.head, ...more } };
    happens(headsStream(organizationId), stored, { type: HEAD_SIGNED });
    return signed;
  }

  const take = (batch = 500): void => {
    for (let n = 0; n < log.length; n += batch) {
      const events = log.slice(n, n + batch);
      ledger.apply(events, events.at(-1)!.position);
    }
  };
  const recheck = (events: readonly RecordedEvent[], batch = 3): void => {
    let after = START;
    for (let n = 0; n < events.length; n += batch) {
      const some = events.slice(n, n + batch);
      ledger.recheck(some, after, some.at(-1)!.position);
      after = some.at(-1)!.position;
    }
    ledger.recheck([], after, log.at(-1)!.position);
  };
  const problemOf = (organizationId: string | null): string | null => ledger.state(organizationId)!.problem;

  it('is what every log is by itself, whatever the batches and however often it is given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...STREAMS), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (streams, batch) => {
          db.close();
          db = new Database(':memory:');
          [ledger, log] = [opened(), []];
          streams.forEach((stream) => happens(stream));
          take(batch);
          take(batch + 1);
          for (const organizationId of ORGANIZATIONS) {
            const alone = AuditLog.begin({ storeId: STORE_ID, organizationId });
            const own = log.filter(({ stream }) => logOfStream(stream)?.organizationId === organizationId);
            expect(ledger.state(organizationId, 0)!.state).toEqual(alone.state);
            own.forEach((event, index) => {
              alone.append(event);
              const at = ledger.state(organizationId, index + 1)!;
              expect(at.state).toEqual(alone.state);
              expect(at.rootHash).toBe(alone.rootHash.toString('hex'));
              expect(ledger.indexAt(organizationId, event.position)).toBe(index);
            });
            expect(ledger.state(organizationId)!.state).toEqual(alone.state);
            expect(ledger.state(organizationId, own.length + 1)).toBeNull();
          }
        },
      ),
    );
  });

  it('proves each event in each tree, and each tree in each later one', () => {
    for (let n = 0; n < 25; n += 1) happens(organizationStream('acme'));
    take();
    for (let size = 1; size <= 25; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const { leafHash, rootHash, proof, position } = ledger.inclusion('acme', index, size)!;
        const claim = { index, size, leafHash: bytes(leafHash), rootHash: bytes(rootHash) };
        expect(verifyInclusion(claim, proof.map(bytes))).toBe(true);
        expect(position).toEqual(log[index]!.position);
        const firstSize = index + 1;
        const { firstRootHash, ...second } = ledger.consistency('acme', firstSize, size)!;
        expect(firstRootHash).toBe(ledger.state('acme', firstSize)!.rootHash);
        expect(
          verifyConsistency(
            { firstSize, size, firstRootHash: bytes(firstRootHash), rootHash: bytes(second.rootHash) },
            second.proof.map(bytes),
          ),
        ).toBe(true);
      }
    }
    expect(ledger.inclusion('acme', 25, 25)).toBeNull();
    expect(ledger.inclusion('acme', 0, 26)).toBeNull();
    expect(ledger.inclusion('globex', 0, 1)).toBeNull();
    expect(ledger.consistency('acme', 0, 5)).toBeNull();
    expect(ledger.consistency('acme', 6, 5)).toBeNull();
  });

  it('follows each chain of heads, and knows which logs have grown since', async () => {
    happens(organizationStream('acme'));
    happens(ROLLOUT_STREAM);
    const first = await isSigned('acme');
    take();
    expect(ledger.state('acme')).toMatchObject({ heads: 1, headsBelow: 0, problem: null });
    expect(ledger.summary(10).unsigned).toEqual([{ organizationId: null, since: timeOf(1).getTime() }]);
    const grown = happens(organizationStream('acme'));
    take();
    expect(ledger.state('acme')).toMatchObject({ headsBelow: 1, previousHeadHash: headHash(first.head) });
    expect(ledger.state('acme', 1)).toMatchObject({ headsBelow: 0, previousHeadHash: null });
    expect(ledger.summary(10).unsigned.map(({ organizationId }) => organizationId)).toEqual([null, 'acme']);
    expect(ledger.summary(10).unsigned[1]!.since).toBe(grown.recordedAt.getTime());
    await isSigned('acme');
    await isSigned(null);
    take();
    expect(ledger.summary(10)).toEqual({ unsigned: [], problems: [], checkedAt: 0 });
  });

  it.each<[string, Partial<SignedHead['head']>, RegExp]>([
    [
      'of other events',
      { rootHash: 'ab'.repeat(32) },
      /^The first 2 events are not those that head 1 is of\.$/,
    ],
    ['of more events than there are', { size: 3 }, /^Head 1 is of 3 events; the log has 2\.$/],
    ['that does not follow the one before', { previousHeadHash: null }, /^Head 1 does not follow/],
    ['that is none', { size: -1 }, /^What is stored as head 1 is no head\.$/],
  ])('has a problem with a head %s, and that log alone', async (_what, more, sentence) => {
    happens(organizationStream('acme'));
    await isSigned('acme');
    happens(organizationStream('acme'));
    happens(orgKeyStream('acme2', 'openai'));
    await isSigned('acme', more);
    take();
    expect(problemOf('acme')).toMatch(sentence);
    expect(problemOf('acme2')).toBeNull();
    expect(ledger.summary(10).problems).toEqual([{ organizationId: 'acme', problem: problemOf('acme') }]);
    happens(organizationStream('acme'));
    take();
    expect(problemOf('acme')).toMatch(sentence);
    expect(ledger.summary(10).unsigned.map(({ organizationId }) => organizationId)).toEqual(['acme2']);
  });

  it('misses a head that is gone from the chain', async () => {
    happens(organizationStream('acme'));
    await isSigned('acme');
    happens(organizationStream('acme'));
    await isSigned('acme');
    const first = log.findIndex(({ stream }) => logOfHeadsStream(stream));
    log.splice(first, 1);
    db.close();
    db = new Database(':memory:');
    ledger = opened();
    take();
    expect(problemOf('acme')).toBe('Head 0 is missing before head 1.');
  });

  describe('compares the log with what was read before, and', () => {
    const ALTERED = /^An event of the audit log was altered, moved or put into/;
    const GONE = /^An event or a head of the audit log is in the event log no more\.$/;
    beforeEach(async () => {
      for (let n = 0; n < 4; n += 1) {
        happens(organizationStream('acme'));
        happens(orgKeyStream('acme2', 'openai'));
        happens(ROLLOUT_STREAM);
      }
      await isSigned('acme');
      await isSigned(null);
      take();
    });

    it('finds nothing where nothing was done', () => {
      for (const batch of [1, 2, 5, 100]) recheck(log, batch);
      ledger.recheck([], log.at(-1)!.position, { commit: 10_000n, prepare: 10_000n });
      expect(ledger.summary(10).problems).toEqual([]);
      ledger.rechecked(timeOf(5));
      expect(ledger.summary(10).checkedAt).toBe(timeOf(5).getTime());
    });

    const at = (n: number) => log[n]!.position;
    it.each<[string, () => RecordedEvent[], RegExp]>([
      [
        'an altered event',
        () => log.with(3, { ...log[3]!, data: { ...log[3]!.data, actor: 'mallory' } }),
        ALTERED,
      ],
      ['a removed event', () => log.toSpliced(3, 1), GONE],
      [
        'an event put in',
        () => log.toSpliced(3, 0, { ...log[3]!, position: { ...at(3), prepare: at(3).prepare - 1n } }),
        ALTERED,
      ],
      [
        'an event in another place',
        () => log.with(0, { ...log[3]!, position: at(0) }).with(3, { ...log[0]!, position: at(3) }),
        ALTERED,
      ],
      [
        'an event of another organization in its place',
        () => log.with(3, { ...log[4]!, position: at(3) }),
        GONE,
      ],
      ['a removed head', () => log.filter(({ stream }) => stream !== headsStream('acme')), GONE],
      [
        'an altered head',
        () =>
          log.map((each) =>
            each.stream === headsStream('acme')
              ? { ...each, data: { ...each.data, head: { size: 4, rootHash: '' } } }
              : each,
          ),
        /^A head of the audit log was altered/,
      ],
      ['a cut end', () => log.slice(0, 6), GONE],
    ])('finds %s', (_what, tampered, sentence) => {
      recheck(tampered());
      const found = ledger.summary(10).problems;
      expect(found.length).toBeGreaterThan(0);
      expect(found.map(({ problem }) => problem).join('\n')).toMatch(new RegExp(sentence.source, 'm'));
    });

    it('looks no further than it has read', () => {
      const read = log.length;
      happens(organizationStream('acme'));
      recheck(log);
      expect(ledger.summary(10).problems).toEqual([]);
      expect(log.length).toBe(read + 1);
    });
  });

  it('takes nothing any more once the log is known to be another', () => {
    happens(organizationStream('acme'));
    take();
    ledger.contradict('The end was cut off.');
    ledger.contradict('Another reason.');
    happens(organizationStream('acme'));
    take();
    expect(ledger.state('acme')).toMatchObject({ state: { size: 1 }, problem: 'The end was cut off.' });
    expect(ledger.summary(10)).toMatchObject({
      unsigned: [],
      problems: [{ organizationId: undefined, problem: 'The end was cut off.' }],
    });
  });

  it('knows the last event that it took, by all that it holds', () => {
    expect(ledger.last()).toBeNull();
    const event = happens(organizationStream('acme'));
    take();
    expect(ledger.last()).toEqual({ position: event.position, checkpoint: event.position });
    expect(ledger.isKnown(event)).toBe(true);
    expect(ledger.isKnown({ ...event, recordedAt: timeOf(77) })).toBe(false);
  });

  it('stays in the file, and goes when that becomes the ledger of another log', () => {
    const event = happens(organizationStream('acme'));
    take();
    expect(opened().state('acme')!.state.position).toBe(encodePosition(STORE_ID, event.position));
    expect(opened('another').state('acme')!.state.size).toBe(0);
  });
});
