import { START_OF_LOG } from '@keyward/contracts';
import type { ChangeLogMessage } from '../change-log.port.js';
import { encodeKeyChange } from '../cloud-event.js';
import { aKeyChange, positionAt } from '../testing/index.js';
import { encodeProgress } from './progress-record.js';
import { ReadingState, type Poison, type StoredMessage } from './reading-state.js';

const STORE = 'store';

describe('what a reader of two partitions has seen', () => {
  let poisons: Poison[];
  let state: ReadingState;

  const begin = (end = [2, 1]): ReadingState =>
    new ReadingState({
      storeId: STORE,
      from: { position: START_OF_LOG, offsets: [0, 0] },
      end,
      filledAt: positionAt(3),
      onPoison: (poison) => poisons.push(poison),
    });

  beforeEach(() => {
    poisons = [];
    state = begin();
  });

  const message = (
    partition: number,
    offset: number,
    place: number,
    integrationId = 'openai',
  ): StoredMessage => ({
    partition,
    offset,
    value: Buffer.from(encodeKeyChange(STORE, aKeyChange(place, { integrationId })).value),
  });
  const progress = (place: number, ...offsets: number[]): Buffer =>
    Buffer.from(encodeProgress(STORE, { position: positionAt(place), offsets }));
  const places = (messages: readonly ChangeLogMessage[]): number[] =>
    messages.flatMap((m) =>
      m.kind === 'changes' ? m.changes.map(({ position }) => Number(position.commit)) : [],
    );
  const told = (messages: readonly ChangeLogMessage[]): unknown[] =>
    messages.flatMap((m) => (m.kind === 'changes' ? [] : [[m.kind, Number(m.position.commit)]]));

  it('is progress once every partition was read as far as the relay had come', () => {
    expect(state.takeProgress([progress(3, 2, 1)])).toEqual([]);
    expect(told(state.takeChanges([message(0, 0, 1), message(0, 1, 3)]))).toEqual([]);
    expect(told(state.takeChanges([message(1, 0, 2)]))).toEqual([['progress', 3]]);
  });

  it('is caught up when all that lay there at the beginning was read, and the topic was filled', () => {
    state.takeChanges([message(0, 0, 1)]);
    expect(state.takeProgress([progress(1, 1, 0)])).toMatchObject([{ caughtUp: false }]);
    state.takeChanges([message(0, 1, 3)]);
    state.takeChanges([message(1, 0, 2)]);
    expect(state.takeProgress([progress(2, 2, 1)])).toMatchObject([{ caughtUp: false }]);
    expect(state.takeProgress([progress(3, 2, 1)])).toMatchObject([{ caughtUp: true }]);
  });

  it('makes progress also while the relay is always ahead', () => {
    for (let place = 1; place <= 50; place++) state.takeProgress([progress(place, place, 0)]);
    expect(told(state.takeChanges([message(0, 0, 1)]))).toEqual([['progress', 1]]);
  });

  it('passes over what a relay says that was replaced', () => {
    state.takeChanges([message(0, 0, 1), message(0, 1, 3)]);
    expect(told(state.takeProgress([progress(3, 2, 0), progress(1, 1, 0)]))).toEqual([['progress', 3]]);
  });

  it('drops repeated messages and those that come late, by their slot (F18)', () => {
    const read = state.takeChanges([
      message(0, 0, 5),
      message(0, 1, 7),
      message(0, 2, 5),
      message(0, 3, 6, 'anthropic'),
      message(0, 4, 8),
    ]);
    expect(places(read)).toEqual([5, 7, 6, 8]);
  });

  it('passes over offsets that it has taken, as after an eviction', () => {
    state.takeChanges([message(0, 0, 1), message(0, 1, 2)]);
    expect(places(state.takeChanges([message(0, 0, 1), message(0, 1, 2), message(0, 2, 3)]))).toEqual([3]);
  });

  it.each([
    ['that is no JSON', 'not json sk-canary', /not JSON/],
    ['of an unknown type', JSON.stringify({ specversion: '1.0', type: 'keyward.key-change.v2' }), /type/],
    ['of another event log', encodeKeyChange('other', aKeyChange(1)).value, /another event log/],
    ['without a value', null, /no value/],
  ])(
    'a message %s is poison: what comes after it is read, and readers are told (F19)',
    (_, value, reason) => {
      const read = state.takeChanges([
        message(0, 0, 1),
        { partition: 0, offset: 1, value: value === null ? null : Buffer.from(value) },
        message(0, 2, 3),
      ]);
      expect(places(read)).toEqual([1, 3]);
      expect(poisons).toEqual([
        expect.objectContaining({ partition: 0, offset: 1, reason: expect.stringMatching(reason) }),
      ]);
      expect(JSON.stringify(poisons)).not.toContain('canary');
      expect(told(state.takeProgress([progress(1, 1, 0)]))).toEqual([['progress', 1]]);
      expect(told(state.takeProgress([progress(3, 3, 0)]))).toEqual([
        ['missed', 3],
        ['progress', 3],
      ]);
      expect(told(state.takeProgress([progress(4, 3, 0)]))).toEqual([['progress', 4]]);
    },
  );

  it('counts what was dropped before it was read, or lies in a topic made anew (F20)', () => {
    state.takeChanges([message(0, 0, 1), message(0, 1, 2)]);
    expect(state.missedIn([0, 0], [2, 0])).toBe(0);
    expect(state.missedIn([7, 0], [9, 0])).toBe(5);
    expect(state.missedIn([0, 0], [1, 0])).toBe(1);
  });
});
