import { MemoryEventStore } from './memory/memory-event-store.js';
import { checkEventStoreUrl, openEventStore } from './open-event-store.js';

describe('KEYWARD_EVENT_STORE', () => {
  it.each([
    'sqlite:./data/keyward.db',
    'sqlite:/var/lib/keyward/log.db',
    'sqlite:log',
    'sqlite:///var/log.db',
    'memory:',
    'esdb://log:2113?tls=false',
    'esdb://keyward:s%40cret@log',
    'esdb://one:2113,two:2113,three:2113?tls=true&nodePreference=leader&tlsCAFile=%2Fetc%2Fca.pem',
    'esdb+discover://keyward:secret@cluster.example:2113',
    'kurrentdb://log:2113/?tls=true',
    'kurrentdb+discover://cluster.example',
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

  it.each([
    ['esdb:', /^must be 'esdb:\/\/'/],
    ['esdb://', /^must be 'esdb:\/\/'/],
    ['esdb://keyward:pw@h@host', /percent-encoded/],
    ['esdb://host:port', /^must be 'esdb:\/\/'/],
    ['esdb://keyward:pw%zz@host', /percent-encoded/],
    ['esdb://keyward:pw@host?tsl=true', /does not know; it knows tls, tlsCAFile/],
    ['esdb://keyward:pw@host?tls=maybe', /cannot have/],
    ['esdb://keyward:pw@host?throwOnAppendFailure=false', /cannot have/],
    ['esdb://keyward:pw@host?tlsVerifyCert=false', /cannot have/],
  ])('may not be "%s", and the rule does not quote it', (url, rule) => {
    expect(checkEventStoreUrl(url)).toMatch(rule);
    expect(checkEventStoreUrl(url)).not.toMatch(/pw/);
  });

  it('names the setting, and not its value, where the client finds a fault', async () => {
    const url = 'esdb://keyward:pw@host?tls=true&tlsCAFile=%2Fnot%2Fthere.pem';
    const error = await openEventStore(url).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(/files that it names/),
    });
    expect(String((error as Error).stack)).not.toContain('pw');
  });

  it('opens the log in memory for memory:', async () => {
    const store = await openEventStore('memory:');
    expect(store).toBeInstanceOf(MemoryEventStore);
    await store.close();
  });
});
