import { DemoError } from '../demo-error.js';
import { Timeline } from '../programs/timeline.js';
import { VENDOR, Witness, type Expected, type KnownKey } from './witness.js';

const OLD: KnownKey = { mask: '••••••••old1', fingerprint: 'aaaa' };
const NEW: KnownKey = { mask: '••••••••new2', fingerprint: 'bbbb' };
const EXPECTED: Expected = { key: NEW, source: 'organization', version: 2 };

describe('Witness', () => {
  let timeline: Timeline;
  let witness: Witness;

  const called = (at: number, key: KnownKey) =>
    timeline.add({ from: VENDOR, at, line: { event: 'called', caller: 'keyward-worker/web', ...key } });
  const says = (at: number, line: Record<string, unknown>) => timeline.add({ from: 'web', at, line });
  const account = (at: number, key: KnownKey, version = 2) =>
    says(at, { event: 'called', mask: key.mask, source: 'organization', version, vendorSaw: key });

  beforeEach(() => {
    timeline = new Timeline();
    witness = new Witness(timeline);
  });

  it('finds the first call with the key, whatever was called on the way there', async () => {
    called(10, OLD);
    const use = witness.uses('web', EXPECTED, 10);
    says(11, { event: 'told' });
    called(12, OLD);
    called(13, NEW);
    account(14, NEW);
    await expect(use).resolves.toEqual({ ...EXPECTED, calledAt: 13 });
  });

  it('does not take a call from before the change for one after it', async () => {
    called(9, NEW);
    account(9, NEW);
    const use = witness.uses('web', EXPECTED, 10);
    called(20, NEW);
    account(21, NEW);
    await expect(use).resolves.toMatchObject({ calledAt: 20 });
  });

  it('sees that a worker which was told goes on with another key', async () => {
    says(11, { event: 'told' });
    called(12, OLD);
    called(13, OLD);
    await expect(witness.uses('web', EXPECTED, 10)).rejects.toThrow(
      "web's worker called the vendor with ••••••••old1; it has to be ••••••••new2.",
    );
  });

  it('sees that a worker falls back to the key from before', async () => {
    called(12, NEW);
    called(12, OLD);
    await expect(witness.uses('web', EXPECTED, 10)).rejects.toThrow('it has to be ••••••••new2');
  });

  it('sees that Keyward tells another version than the vendor was sent', async () => {
    called(12, NEW);
    account(13, NEW, 1);
    await expect(witness.uses('web', EXPECTED, 10)).rejects.toThrow(
      "the organization's version 1; it has to be",
    );
  });

  it('sees that a worker is told of what does not concern it', async () => {
    says(11, { event: 'told' });
    called(12, NEW);
    account(12, NEW);
    await expect(witness.keepsUsing('web', EXPECTED, { since: 10, seenAt: 11 })).rejects.toThrow(
      'was told of a change that does not concern it',
    );
  });

  it('sees that a worker without a key calls the vendor all the same, and that its reason is another', async () => {
    says(11, { event: 'not_configured', reason: 'disabled' });
    called(12, OLD);
    says(13, { event: 'not_configured', reason: 'disabled' });
    await expect(witness.hasNoKey('web', 'disabled', 10)).rejects.toThrow(
      'but the vendor was sent ••••••••old1',
    );
    await expect(witness.hasNoKey('web', 'not_set', 10)).rejects.toThrow(
      'because of disabled and not not_set',
    );
  });

  it('ends its waiting when a program ends', async () => {
    const use = witness.uses('web', EXPECTED, 10);
    timeline.fail(new DemoError('Keyward ended by itself.'));
    await expect(use).rejects.toThrow('Keyward ended by itself.');
  });
});
