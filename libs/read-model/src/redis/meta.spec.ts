import { START_OF_LOG } from '@keyward/contracts';
import { CorruptRecordError } from '../read-model.errors.js';
import { OTHER_STORE, STORE, at } from '../testing/sample-records.js';
import { StatusView, parseMeta, writePosition, type Meta } from './meta.js';

const metaOf = (era: string, n: number, live = true): Meta => {
  const generation = { id: 'g', position: at(n) };
  return {
    storeId: STORE,
    era,
    live: live ? generation : undefined,
    build: live ? undefined : generation,
    visible: generation,
    beats: n,
  };
};

/** Asks and is answered, one after the other. */
const told = (view: StatusView, meta: Meta | undefined) => view.of(meta, view.floor());

describe('StatusView', () => {
  it('is not ready for nothing, and for another log once it knows its own', () => {
    const view = new StatusView();
    expect(told(view, undefined)).toEqual({ ready: false, position: START_OF_LOG, heartbeat: 0 });
    expect(told(view, metaOf('e', 1)).ready).toBe(true);
    view.bindTo(OTHER_STORE);
    expect(told(view, metaOf('e', 2))).toEqual({ ready: false, position: START_OF_LOG, heartbeat: 0 });
  });

  it('is not ready while an older copy has not come back to where it was', () => {
    const view = new StatusView();
    told(view, metaOf('e', 5));
    expect(told(view, metaOf('e', 4))).toMatchObject({ ready: false, position: at(4) });
    expect(told(view, metaOf('e', 5)).ready).toBe(true);
  });

  it('begins anew with another era', () => {
    const view = new StatusView();
    told(view, metaOf('e', 5));
    expect(told(view, metaOf('f', 1)).ready).toBe(true);
  });

  it('takes answers that overtake one another for what they are', () => {
    const view = new StatusView();
    const [slow, fast] = [view.floor(), view.floor()];
    expect(view.of(metaOf('e', 5), fast).ready).toBe(true);
    expect(view.of(metaOf('e', 4), slow).ready).toBe(true);
    expect(told(view, metaOf('e', 4)).ready).toBe(false);
  });

  it('is not ready while the first one is being built, and holds that against nobody', () => {
    const view = new StatusView();
    expect(told(view, metaOf('e', 5, false)).ready).toBe(false);
    expect(told(view, metaOf('e', 3)).ready).toBe(true);
  });

  it('gives out one object until something changes', () => {
    const view = new StatusView();
    const first = told(view, metaOf('e', 5));
    expect(told(view, metaOf('e', 5))).toBe(first);
    expect(told(view, metaOf('e', 6))).not.toBe(first);
  });
});

describe('parseMeta', () => {
  it('finds nothing where nothing is, and where it is of another format', () => {
    expect(parseMeta(new Array<null>(8).fill(null))).toBeUndefined();
    expect(parseMeta(['99', STORE, 'e', 'g', '1 1', null, null, null])).toBeUndefined();
  });

  it('sees what is built until there is something live', () => {
    const built = parseMeta(['1', STORE, 'e', '', null, 'g', writePosition(at(3)), '7']);
    expect(built).toMatchObject({ live: undefined, visible: { id: 'g', position: at(3) }, beats: 7 });
    const served = parseMeta(['1', STORE, 'e', 'g', writePosition(at(9)), 'h', '0 0', null]);
    expect(served).toMatchObject({ visible: { id: 'g', position: at(9) }, build: { id: 'h' }, beats: 0 });
  });

  it.each([
    ['no generation', ['1', STORE, 'e', '', null, '', null, null]],
    ['a position that is none', ['1', STORE, 'e', 'g', 'soon', '', null, null]],
  ])('refuses %s', (_what, values) => {
    expect(() => parseMeta(values)).toThrow(CorruptRecordError);
  });
});
