import { MemoryEventStore } from './memory/memory-event-store.js';
import { checkEventStoreUrl, openEventStore } from './open-event-store.js';

describe('KEYWARD_EVENT_STORE', () => {
  it.each([
    'sqlite:./data/keyward.db',
    'sqlite:/var/lib/keyward/log.db',
    'sqlite:log',
    'sqlite:///var/log.db',
    'memory:',
  ])('may be %s', (url) => {
    expect(checkEventStoreUrl(url)).toBeUndefined();
  });

  it.each([
    '',
    'sqlite:',
    'sqlite://host/log.db',
    'sqlite:data/',
    'sqlite: ',
    'memory',
    'memory:x',
    './log.db',
    'postgres://u:pw@h',
  ])('may not be "%s": the error names the setting and the rule, not the value', async (url) => {
    const error = await openEventStore(url).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({ code: 'INVALID_SETTING' });
    expect((error as Error).message).toMatch(/^KEYWARD_EVENT_STORE must be 'sqlite:'/);
    expect((error as Error).message).not.toContain('pw@h');
  });

  it('opens the log in memory for memory:', async () => {
    const store = await openEventStore('memory:');
    expect(store).toBeInstanceOf(MemoryEventStore);
    await store.close();
  });
});
