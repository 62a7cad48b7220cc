import { aKeyChange, positionAt } from '@keyward/change-log/testing';
import { ChangeWindow } from '../window/change-window.js';
import type { WindowEntry } from '../window/window-entry.js';
import { SlotReadModel } from '../testing/slot-read-model.js';
import { OverrideJudge } from './override-judge.js';

describe('judgement of overrides', () => {
  let window: ChangeWindow;
  let readModel: SlotReadModel;
  let judge: OverrideJudge;

  beforeEach(() => {
    window = new ChangeWindow({ capacity: 100, inLogOrder: true });
    readModel = new SlotReadModel();
    judge = new OverrideJudge({ window, readModel, timeoutMs: 10_000 });
  });

  /** An old override, from before what the window knows. */
  const oldOverride = (projectId: string): void => readModel.apply(aKeyChange(1, { projectId }));
  const orgChange = (place: number): WindowEntry => {
    readModel.position = positionAt(place);
    return window.add(aKeyChange(place))!;
  };
  const affected = async (entry: WindowEntry, projectIds: string[]): Promise<readonly string[]> => {
    await judge.judge(entry, projectIds);
    return judge.affected(entry, projectIds)!;
  };

  it('knows from the window, without asking, of overrides that changed lately', async () => {
    window.add(aKeyChange(5, { projectId: 'website' }));
    window.add(aKeyChange(6, { projectId: 'shop' }));
    window.add(aKeyChange(7, { projectId: 'shop', kind: 'removed' }));
    const entry = orgChange(10);
    expect(judge.judge(entry, ['website', 'shop'])).toBeUndefined();
    expect(judge.affected(entry, ['website', 'shop'])).toEqual(['shop']);
    expect(readModel.questions).toBe(0);
  });

  it('asks the read model about the others, once for all', async () => {
    oldOverride('website');
    window.restart(positionAt(2));
    const entry = orgChange(10);
    const both = [affected(entry, ['website', 'shop']), affected(entry, ['website'])];
    expect(await Promise.all(both)).toEqual([['shop'], []]);
    expect(readModel.questions).toBe(1);
  });

  it('knows nothing before it was asked', () => {
    expect(judge.affected(orgChange(10), ['website'])).toBeUndefined();
  });

  it('takes an override for real only when the window has seen all that the read model had', async () => {
    oldOverride('website');
    window.restart(positionAt(2));
    const entry = orgChange(10);
    readModel.position = positionAt(12);
    const verdict = affected(entry, ['website']);
    await new Promise((resolve) => setImmediate(resolve));
    window.advance(positionAt(12));
    expect(await verdict).toEqual([]);
  });

  it('sees that the override came after the change', async () => {
    window.restart(positionAt(2));
    const entry = orgChange(10);
    const late = aKeyChange(11, { projectId: 'website', version: 1 });
    readModel.apply(late);
    const verdict = affected(entry, ['website']);
    await new Promise((resolve) => setImmediate(resolve));
    window.add(late);
    expect(await verdict).toEqual(['website']);
  });

  describe('counts a project as affected when it cannot know', () => {
    beforeEach(() => {
      judge = new OverrideJudge({ window, readModel, timeoutMs: 20 });
      oldOverride('website');
      window.restart(positionAt(2));
    });

    it.each<[string, () => void]>([
      ['the read model is not ready', () => (readModel.ready = false)],
      ['the read model is out of reach', () => (readModel.before = () => Promise.reject(new Error('down')))],
      ['the read model does not answer', () => (readModel.before = () => new Promise(() => undefined))],
      ['the change log does not come up to the read model', () => (readModel.position = positionAt(12))],
      ['the read model is older than what the window knows', () => (readModel.position = positionAt(1))],
    ])('because %s', async (_, prepare) => {
      const entry = orgChange(10);
      prepare();
      expect(await affected(entry, ['website'])).toEqual(['website']);
    });
  });
});
