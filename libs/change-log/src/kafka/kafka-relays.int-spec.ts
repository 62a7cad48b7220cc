// @needs kafka
import { START_OF_LOG } from '@keyward/contracts';
import type { KeyChange } from '../key-change.js';
import { ReaderProbe, aKeyChange, positionAt } from '../testing/index.js';
import { KafkaFixture } from './kafka.fixtures.js';

const LEASE_MS = 600;

describe('two relays on one topic', () => {
  let fixture: KafkaFixture;

  beforeEach(() => {
    fixture = new KafkaFixture();
  });

  afterEach(() => fixture.dispose());

  const writer = (): ReturnType<KafkaFixture['writer']> => fixture.writer({ leaseMs: LEASE_MS });
  const changes = (from: number, to: number): KeyChange[] =>
    Array.from({ length: to - from + 1 }, (_, i) => aKeyChange(from + i));
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  const readTo = async (place: number): Promise<number[]> => {
    const probe = new ReaderProbe(fixture.reader());
    await probe.until(({ progress }) => progress.some(({ position }) => position.commit === BigInt(place)));
    await probe.stop();
    return probe.changes.map(({ position }) => Number(position.commit));
  };

  /** A relay that has relayed 1 to 5 and is at work. */
  const atWork = async (relay = writer()): Promise<ReturnType<typeof writer>> => {
    await relay.checkpoint();
    await relay.begin({ after: START_OF_LOG, head: positionAt(5) });
    await relay.append(changes(1, 5));
    await relay.saveCheckpoint(positionAt(5));
    return relay;
  };

  it('work one at a time: the second waits while the first beats, and goes on when it has stopped', async () => {
    const first = await atWork();
    let waits = 0;
    let tookOver = false;
    const second = writer();
    const turn = second.checkpoint({ onStandby: () => waits++ }).finally(() => (tookOver = true));
    await sleep(3 * LEASE_MS);
    expect(tookOver).toBe(false);
    await first.close();
    expect(await turn).toEqual(positionAt(5));
    expect(waits).toBeGreaterThan(1);
    await second.append(changes(6, 7));
    await second.saveCheckpoint(positionAt(7));
    expect(await readTo(7)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('may stop while they wait', async () => {
    await atWork();
    const abort = new AbortController();
    const turn = writer().checkpoint({ signal: abort.signal });
    await sleep(LEASE_MS / 2);
    abort.abort();
    await expect(turn).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('lose and reorder nothing when the first was frozen, replaced and goes on (F27)', async () => {
    const frozen = await atWork();
    await frozen.saveCheckpoint(positionAt(5));
    // It stops beating, and holds a batch that it believes it has to send.
    const frozenChanges = changes(6, 9);
    const beats = freeze(frozen);
    const second = writer();
    expect((await second.checkpoint())!.commit).toBeLessThanOrEqual(5n);
    await second.append([...changes(1, 5), ...frozenChanges, ...changes(10, 12)]);
    await second.saveCheckpoint(positionAt(12));
    beats.goOn();
    await expect(frozen.append(frozenChanges)).rejects.toMatchObject({ code: 'RELAY_FENCED' });
    await second.append(changes(13, 14));
    await second.saveCheckpoint(positionAt(14));
    expect(await readTo(14)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
  });

  it('lose and reorder nothing also when the first was frozen in the middle of a send', async () => {
    const frozen = await atWork();
    const frozenChanges = changes(6, 9);
    const second = writer();
    const beats = freeze(frozen);
    await second.checkpoint();
    await second.append([...changes(1, 5), ...frozenChanges, ...changes(10, 12)]);
    await second.saveCheckpoint(positionAt(12));
    // What had left it before: as if it came from the network now.
    await fixture.sendAs(frozenChanges);
    beats.goOn();
    await expect(frozen.append(changes(10, 10))).rejects.toMatchObject({ code: 'RELAY_FENCED' });
    await second.append(changes(13, 13));
    await second.saveCheckpoint(positionAt(13));
    expect(await readTo(13)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
    expect((await second.checkpoint())!.commit).toBe(13n);
  });

  it('move the checkpoint no more once another has written it, however sure they are of their turn', async () => {
    const sure = await atWork(fixture.writer({ leaseMs: 600_000 }));
    const second = writer();
    await second.checkpoint();
    await second.append(changes(6, 8));
    await second.saveCheckpoint(positionAt(8));
    // So many that the checkpoint is due.
    await expect(sure.append(changes(6, 1_500))).rejects.toMatchObject({ code: 'RELAY_FENCED' });
    await second.append(changes(9, 9));
    await second.saveCheckpoint(positionAt(9));
    expect(await second.checkpoint()).toEqual(positionAt(9));
  });

  it('take over the duty from one that was killed, after the lease', async () => {
    const killed = await atWork();
    freeze(killed);
    const second = writer();
    const after = (await second.checkpoint())!;
    // What was relayed since the last checkpoint comes again; nothing is left out.
    expect(after.commit).toBeLessThanOrEqual(5n);
  });
});

/** As SIGSTOP does: its timers do not run, its clock does. */
function freeze(relay: object): { goOn(): void } {
  const { session } = relay as { session: { beat(): Promise<void> } };
  const { beat } = session;
  session.beat = async () => undefined;
  return { goOn: () => void (session.beat = beat) };
}
