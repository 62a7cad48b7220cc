import { SETTING_NAMES } from '@keyward/runtime';
import { cliSettings } from '../../cli/src/cli.settings.js';
import { fakeVendorSettings, workerSettings } from '../../worker/src/worker.settings.js';
import { SETTING_GROUPS } from './standalone.settings.js';

describe('the names that one environment may hold for all apps', () => {
  it('are those that the apps read, and no other', () => {
    const read = [...Object.values(SETTING_GROUPS), cliSettings, workerSettings, fakeVendorSettings];
    const names = new Set(read.flatMap((settings) => Object.keys(settings)));
    expect([...SETTING_NAMES]).toEqual([...names].sort());
  });
});
