import { setting } from './setting.js';
import { SettingsError } from './settings.errors.js';
import { defineSettings, describeSettings, loadSettings } from './settings.js';
import { shared } from './shared.js';

const definitions = defineSettings({
  KEYWARD_STORE: shared(
    setting.url({ schemes: ['file', 'tcp'], default: 'file:./data', doc: 'The store.' }),
    { ownSchemes: ['file'], rule: "'tcp://' and host:port; file: belongs to one process" },
  ),
});

function refusal(env: Record<string, string>): string {
  try {
    loadSettings(definitions, env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a setting that processes share', () => {
  it('is what the setting itself would be, where others reach it', () => {
    const { KEYWARD_STORE: store } = loadSettings(definitions, { KEYWARD_STORE: 'tcp://host:1' });
    expect(store).toBe('tcp://host:1');
  });

  it('has to be given, whatever default it has for a process that keeps all to itself', () => {
    expect(refusal({})).toContain(
      "KEYWARD_STORE must be set, to 'tcp://' and host:port; file: belongs to one process.",
    );
    expect(describeSettings(definitions)).toMatchObject([{ default: undefined }]);
  });

  it.each(['file:./data', 'FILE:./data', 'tpc://host:1', 'tcp://ho st'])(
    'refuses %s with the rule of sharing, and does not offer to leave it out',
    (KEYWARD_STORE) => {
      expect(refusal({ KEYWARD_STORE })).toMatch(
        /KEYWARD_STORE must be 'tcp:\/\/' and host:port; file: belongs to one process: correct it\.$/,
      );
    },
  );
});
