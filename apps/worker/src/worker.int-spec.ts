import { ScriptedServer, foundAnswer, refuse, until } from '@keyward/client/testing';
import { startFakeVendor, type FakeVendor, type VendorCall } from './fake-vendor/fake-vendor.js';
import { reportTo } from './report.js';
import { Vendor } from './vendor.js';
import { Worker, type WorkerParts } from './worker.js';
import type { WorkerEvent } from './worker-event.js';

const OLD_KEY = 'sk-worker-0123456789-old1';
const NEW_KEY = 'sk-worker-0123456789-new2';
const WEB = { projectId: 'web', integrationId: 'openai' };
const APP = { projectId: 'app', integrationId: 'openai' };

const organizationKeyChanged = (kind: 'KIND_SET' | 'KIND_DISABLED', affectedProjectIds: string[]) => ({
  changesThrough: `after-${kind}`,
  change: {
    organizationId: 'acme',
    integrationId: 'openai',
    kind,
    version: 2,
    keyId: 'key-2',
    position: `of-${kind}`,
    affectedProjectIds,
  },
});

describe('The reference worker', () => {
  let keyward: ScriptedServer;
  let vendor: FakeVendor;
  let calls: VendorCall[];
  let events: WorkerEvent[];
  let printed: string[];
  const running: (() => Promise<void>)[] = [];

  /** Calls again after an hour, so that whatever follows the first call follows from an event. */
  function work(parts: Partial<WorkerParts> = {}, connection: Partial<WorkerParts['connection']> = {}): void {
    const worker = new Worker({
      connection: {
        target: keyward.target,
        tls: 'insecure',
        token: 'a.b.c',
        organizationId: 'acme',
        ...connection,
      },
      addresses: [WEB],
      vendor: new Vendor(vendor.url),
      report: (event) => {
        events.push(event);
        reportTo({ write: (line) => printed.push(String(line)) }, 'text')(event);
        reportTo({ write: (line) => printed.push(String(line)) }, 'json')(event);
      },
      intervalMs: 3_600_000,
      ...parts,
    });
    const ended = worker.run();
    running.push(async () => {
      worker.stop();
      await ended;
    });
  }

  const told = (event: WorkerEvent['event']) => events.filter((one) => one.event === event);
  const untilTold = (event: WorkerEvent['event'], times = 1) =>
    until(`${event} is told`, () => told(event).length >= times, 20_000);

  beforeEach(async () => {
    [calls, events, printed] = [[], [], []];
    keyward = await new ScriptedServer().start();
    keyward.answer = () => foundAnswer(OLD_KEY);
    vendor = await startFakeVendor({ onCall: (call) => calls.push(call) });
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((stop) => stop()));
    keyward.stop();
    await vendor.close();
    for (const key of [OLD_KEY, NEW_KEY]) expect(printed.join('')).not.toContain(key);
  });

  it('calls the vendor with the effective key and tells which one, as both see it', async () => {
    work();
    await untilTold('called');
    expect(told('called')).toEqual([
      {
        event: 'called',
        project: 'web',
        integration: 'openai',
        mask: '••••••••old1',
        source: 'project',
        version: 1,
        vendorSaw: { mask: '••••••••old1', fingerprint: calls[0]!.fingerprint },
        nextInMs: 3_600_000,
      },
    ]);
    expect(calls).toEqual([
      {
        caller: 'keyward-worker/web',
        mask: '••••••••old1',
        fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      },
    ]);
    expect(printed.join('')).toContain(
      "called the vendor with the project's own key ••••••••old1, version 1",
    );
  });

  it('calls again and again while nothing changes, asking Keyward once', async () => {
    work({ intervalMs: 1 });
    await until('five calls were made', () => calls.length >= 5);
    expect(keyward.calls.length).toBeLessThan(calls.length);
  });

  it('is told of a replaced key and uses the new one at once, where it is affected', async () => {
    work({ addresses: [WEB, APP] });
    await untilTold('watching');
    await untilTold('called', 2);
    keyward.answer = () => foundAnswer(NEW_KEY);
    keyward.watches[0]!.send(organizationKeyChanged('KIND_SET', ['web']));
    await untilTold('called', 3);
    expect(told('told')).toEqual([
      { event: 'told', change: 'set', slot: null, integration: 'openai', version: 2 },
    ]);
    expect(calls.slice(2).map(({ caller, mask }) => [caller, mask])).toEqual([
      ['keyward-worker/web', '••••••••new2'],
    ]);
    expect(calls[2]!.fingerprint).not.toBe(calls[0]!.fingerprint);
  });

  it('watches what its keys concern and nothing else', async () => {
    work({ addresses: [WEB, APP] });
    await untilTold('watching');
    expect(keyward.watches[0]!.request).toMatchObject({
      organizationId: 'acme',
      projectIds: ['web', 'app'],
      integrationIds: ['openai'],
    });
  });

  it('stops calling when the key is switched off, and says that this is why', async () => {
    work();
    await untilTold('watching');
    await untilTold('called');
    keyward.answer = () => ({ notConfigured: { reason: 'REASON_DISABLED' }, position: 'off' });
    keyward.watches[0]!.send(organizationKeyChanged('KIND_DISABLED', ['web']));
    await untilTold('not_configured');
    expect(told('not_configured')[0]).toMatchObject({ reason: 'disabled', project: 'web' });
    expect(calls).toHaveLength(1);
    expect(printed.join('')).toContain("no key: the organization's is switched off");
  });

  it('tells a key that nobody set from one that is switched off', async () => {
    keyward.answer = () => ({ notConfigured: { reason: 'REASON_NOT_SET' }, position: 'never' });
    work();
    await untilTold('not_configured');
    expect(told('not_configured')[0]).toMatchObject({ reason: 'not_set' });
    expect(calls).toHaveLength(0);
  });

  it('takes no answer for what it is, backs off, and goes on when Keyward is back', async () => {
    const port = Number(keyward.target.split(':')[1]);
    keyward.stop();
    work({}, { target: `127.0.0.1:${port}` });
    await untilTold('unavailable', 2);
    expect(told('not_configured')).toHaveLength(0);
    expect(printed.join('')).toContain('which does not mean "no key"');
    keyward = await new ScriptedServer().start(port);
    keyward.answer = () => foundAnswer(OLD_KEY);
    await untilTold('called');
    expect(calls[0]).toMatchObject({ mask: '••••••••old1' });
  });

  it('keeps working with the leased key when only the watch is lost, and says so once', async () => {
    work({ intervalMs: 1 });
    await untilTold('watching');
    // An answer from before the watch is not kept: by the third call from here it comes from the cache.
    await untilTold('called', told('called').length + 3);
    keyward.stop();
    await untilTold('watch_lost');
    const before = calls.length;
    await until('more calls were made', () => calls.length > before + 5);
    expect(told('watch_lost')).toHaveLength(1);
  });

  it('looks everything up again when changes may have been missed', async () => {
    work();
    await untilTold('watching');
    await untilTold('called');
    keyward.answer = () => foundAnswer(NEW_KEY);
    keyward.watches[0]!.send({ changesThrough: 'later', reset: {} });
    await untilTold('called', 2);
    expect(told('told_to_ask_again')).toHaveLength(1);
    expect(calls[1]).toMatchObject({ mask: '••••••••new2' });
  });

  it('says that its token is refused, and goes on once it has a good one', async () => {
    keyward.answer = (_address, { token }) => {
      if (token === 'Bearer bad.bad.bad') throw refuse('UNAUTHENTICATED');
      return foundAnswer(OLD_KEY);
    };
    let token = 'bad.bad.bad';
    work({}, { token: () => token });
    await untilTold('refused');
    expect(told('refused')[0]).toMatchObject({ code: 'UNAUTHENTICATED', project: 'web' });
    expect(calls).toHaveLength(0);
    token = 'good.good.good';
    await untilTold('called');
  });

  it('waits as long as Keyward asks it to', async () => {
    keyward.answer = () => {
      throw refuse('RATE_LIMITED', { retryAfterSeconds: '7' });
    };
    work();
    await untilTold('refused');
    const [refused] = told('refused');
    expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
    expect(refused).toHaveProperty('nextInMs', 7_000);
  });

  it('lets a failing vendor be the failure of the vendor', async () => {
    const away = await startFakeVendor();
    await away.close();
    work({ vendor: new Vendor(away.url) });
    await untilTold('vendor_failed');
    expect(told('vendor_failed')[0]).toMatchObject({ code: 'VENDOR_UNREACHABLE', mask: '••••••••old1' });
  });

  it('ends when it is stopped, after the work in hand', async () => {
    work();
    const stop = running.pop()!;
    await stop();
    expect(events.at(-1)).toEqual({ event: 'stopped' });
    expect(told('called')).toHaveLength(1);
  });
});
