import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { ChangeWindow } from './change-window.js';

const placesOf = (window: ChangeWindow): number[] => {
  const places = [];
  for (let place = 0; place < window.end; place++) {
    const entry = window.at(place);
    if (entry) places.push(Number(entry.change.position.commit));
  }
  return places;
};

describe('change window', () => {
  it('keeps the last changes and says up to where it may lack some', () => {
    const window = new ChangeWindow({ capacity: 3, inLogOrder: true });
    for (const place of [2, 4, 6, 8, 10]) window.add(aKeyChange(place));
    expect(placesOf(window)).toEqual([6, 8, 10]);
    expect(window.floor).toEqual(positionAt(4));
    expect(window.watermark).toEqual(positionAt(10));
  });

  it('finds the first change after a position', () => {
    const window = new ChangeWindow({ capacity: 3, inLogOrder: true });
    for (const place of [2, 4, 6, 8, 10]) window.add(aKeyChange(place));
    const found = (after: number): number | undefined =>
      window.at(window.firstAfter(positionAt(after))) &&
      Number(window.at(window.firstAfter(positionAt(after)))!.change.position.commit);
    expect([0, 4, 5, 6, 9, 10, 99].map(found)).toEqual([6, 6, 6, 8, 10, undefined, undefined]);
  });

  it('drops what is repeated from a change log in log order', () => {
    const window = new ChangeWindow({ capacity: 2, inLogOrder: true });
    for (const place of [1, 2, 3]) window.add(aKeyChange(place));
    expect([1, 2, 3].map((place) => window.add(aKeyChange(place)))).toEqual([null, null, null]);
    expect(window.add(aKeyChange(4))).not.toBeNull();
  });

  it('drops what is not newer than its slot, where partitions are in order only in themselves', () => {
    const window = new ChangeWindow({ capacity: 10, inLogOrder: false });
    window.add(aKeyChange(5, { integrationId: 'openai' }));
    expect(window.add(aKeyChange(3, { integrationId: 'cohere' }))).not.toBeNull();
    expect(window.add(aKeyChange(4, { integrationId: 'openai' }))).toBeNull();
    expect(window.add(aKeyChange(5, { integrationId: 'openai' }))).toBeNull();
    expect(window.watermark).toEqual(positionAt(0));
    window.advance(positionAt(5));
    expect(window.watermark).toEqual(positionAt(5));
  });

  it('lacks after a gap what was up to it, and has what came from beyond it', () => {
    const window = new ChangeWindow({ capacity: 5, inLogOrder: false });
    for (const place of [1, 2, 8]) window.add(aKeyChange(place));
    window.restart(positionAt(7));
    expect([window.floor, window.watermark]).toEqual([positionAt(7), positionAt(7)]);
    expect(window.at(window.firstAfter(positionAt(7)))!.change.position).toEqual(positionAt(8));
    expect(window.add(aKeyChange(8))).toBeNull();
    expect(window.add(aKeyChange(9))!.place).toBe(3);
  });

  it('wakes who waits for a position, and nobody earlier', async () => {
    const window = new ChangeWindow({ capacity: 3, inLogOrder: true });
    const woken: number[] = [];
    const { signal } = new AbortController();
    const waits = [2, 5].map((place) =>
      window.reaches(positionAt(place), signal).then(() => woken.push(place)),
    );
    window.advance(positionAt(3));
    await waits[0];
    expect(woken).toEqual([2]);
    window.add(aKeyChange(6));
    await waits[1];
    expect(woken).toEqual([2, 5]);
  });
});
