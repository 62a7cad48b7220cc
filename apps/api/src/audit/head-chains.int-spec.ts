import { AuditKeys, AuditLog, headHash, signHead, type SignedHead } from '@keyward/audit';
import { OTHER_SIGNER, SIGNER } from '@keyward/audit/testing';
import { orgKeyStream, organizationStream, ROLLOUT_STREAM } from '@keyward/domain';
import type { JsonObject } from '@keyward/event-store';
import fc from 'fast-check';
import { AuditFixture, type AuditCopy } from '../testing/audit-fixture.js';
import { LossyEventStore } from '../testing/lossy-event-store.js';

const ORGANIZATION = organizationStream('acme');
const KEY = orgKeyStream('acme', 'openai');
const HEADS = 'auditHeads-acme';

describe('The chain of heads', () => {
  let events: LossyEventStore;
  let audit: AuditFixture;
  beforeEach(() => {
    events = new LossyEventStore();
    audit = new AuditFixture(events);
  });
  afterEach(() => audit.close());

  const verifiesWith = async (
    copy: AuditCopy,
    saved: readonly SignedHead[],
    organizationId: string | null = 'acme',
  ) =>
    expect(await audit.verified(await audit.exported(copy, organizationId), saved)).toMatchObject({
      ok: true,
      savedHeads: saved.length,
    });

  it('has a head of all that is there, which is in the log before anybody gets it', async () => {
    const copy = audit.copy();
    await audit.append(ORGANIZATION, KEY);
    const head = await copy.chains.current('acme');
    expect(head.head).toMatchObject({
      organizationId: 'acme',
      size: 2,
      previousHeadHash: null,
      exportFrom: null,
    });
    expect(await audit.chainOf(copy, 'acme')).toEqual([head]);
    await verifiesWith(copy, [head]);
  });

  it('has no two heads of the same events, however often it is asked', async () => {
    const copy = audit.copy();
    await audit.append(ORGANIZATION);
    const first = await copy.chains.current('acme');
    expect(await copy.chains.current('acme')).toEqual(first);
    await audit.append(KEY);
    const second = await copy.chains.current('acme');
    expect(second.head).toMatchObject({ size: 2, previousHeadHash: headHash(first.head) });
    expect(await audit.chainOf(copy, 'acme')).toHaveLength(2);
  });

  it('is the platform’s too, from an empty log on', async () => {
    const copy = audit.copy();
    const empty = await copy.chains.current(null);
    await audit.append(ROLLOUT_STREAM);
    const head = await copy.chains.current(null);
    expect([empty.head.size, head.head.size]).toEqual([0, 1]);
    await verifiesWith(copy, [empty, head], null);
  });

  it('is refused for an organization that nothing is known of', async () => {
    await expect(audit.copy().chains.current('acme')).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
  });

  it('has one head where the answer of the log is lost', async () => {
    const copy = audit.copy();
    await audit.append(ORGANIZATION);
    events.repliesToLose = 2;
    const head = await copy.chains.current('acme');
    expect(await audit.chainOf(copy, 'acme')).toEqual([head]);
  });

  it('gives no head away that is not stored', async () => {
    const copy = audit.copy();
    await audit.append(ORGANIZATION);
    events.refusals = 1;
    await expect(copy.chains.current('acme')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await audit.chainOf(copy, 'acme')).toEqual([]);
  });

  it('is gone on with after a restart, from what is stored', async () => {
    const before = audit.copy({ name: 'one' });
    await audit.append(ORGANIZATION);
    const first = await before.chains.current('acme');
    await before.stop();
    await audit.append(KEY);
    for (const name of ['one', 'another']) {
      const after = audit.copy({ name });
      const head = await after.chains.current('acme');
      expect(head.head.previousHeadHash).toBe(headHash(first.head));
      await verifiesWith(after, [first, head]);
    }
  });

  it('goes on under a new signing key, when the former one is still trusted', async () => {
    await audit.append(ORGANIZATION);
    const first = await audit.copy().chains.current('acme');
    await audit.append(KEY);
    const forgetful = audit.copy({ keys: new AuditKeys(OTHER_SIGNER) });
    await expect(forgetful.chains.current('acme')).rejects.toMatchObject({
      code: 'AUDIT_LOG_ALTERED',
      message: expect.stringContaining('KEYWARD_AUDIT_TRUSTED_KEYS_FILE'),
    });
    const rotated = audit.copy({ keys: new AuditKeys(OTHER_SIGNER, SIGNER.publicKeyPem) });
    const head = await rotated.chains.current('acme');
    expect(head.head).toMatchObject({
      previousHeadHash: headHash(first.head),
      signingKeyId: OTHER_SIGNER.signingKeyId,
    });
  });

  it.each<[string, (head: SignedHead) => SignedHead, RegExp]>([
    [
      'of which the signature is another',
      (signed) => ({ ...signed, signature: '00'.repeat(64) }),
      /^The last head is not one that Keyward has signed/,
    ],
    [
      'of other events',
      ({ head, signature }) => ({ head: { ...head, rootHash: 'ab'.repeat(32) }, signature }),
      /^The first 2 events are not those/,
    ],
    ['that is none', () => ({}) as SignedHead, /^What is stored as head 1 is no head/],
  ])('is not gone on with after a head %s', async (_what, forged, sentence) => {
    const copy = audit.copy();
    await audit.append(ORGANIZATION);
    const first = await copy.chains.current('acme');
    await audit.append(KEY);
    const [{ state }] = await copy.ledger.log('acme', 0);
    const toSign = { log: AuditLog.resume(state), previousHeadHash: headHash(first.head), time: new Date() };
    await audit.append([HEADS, forged(await signHead(SIGNER, toSign)) as unknown as JsonObject], KEY);
    const refusal = { code: 'AUDIT_LOG_ALTERED', message: expect.stringMatching(sentence) };
    await expect(copy.chains.current('acme')).rejects.toMatchObject(refusal);
    await expect(audit.copy().chains.current('acme')).rejects.toMatchObject(refusal);
  });

  it('is one, for any commands on any copies that come and go', async () => {
    const step = fc.oneof(
      fc.record({
        what: fc.constant('append' as const),
        stream: fc.constantFrom(ORGANIZATION, KEY, ROLLOUT_STREAM),
      }),
      fc.record({
        what: fc.constant('sign' as const),
        copies: fc.uniqueArray(fc.nat(2), { minLength: 1 }),
        log: fc.constantFrom('acme', null),
      }),
      fc.record({ what: fc.constant('restart' as const), copy: fc.nat(2) }),
    );
    const run = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const world = new AuditFixture();
      try {
        const copies = [0, 1, 2].map((n) => world.copy({ name: String(n) }));
        const given: Record<string, SignedHead[]> = { acme: [], null: [] };
        await world.append(ORGANIZATION);
        for (const each of steps) {
          if (each.what === 'append') await world.append(each.stream);
          else if (each.what === 'sign')
            given[String(each.log)]!.push(
              ...(await Promise.all(each.copies.map((n) => copies[n]!.chains.current(each.log)))),
            );
          else {
            await copies[each.copy]!.stop();
            copies[each.copy] = world.copy({ name: String(each.copy) });
          }
        }
        for (const log of ['acme', null]) {
          const heads = given[String(log)]!;
          const text = await world.exported(copies[0]!, log);
          const chain = await world.chainOf(copies[0]!, log);
          expect(await world.verified(text, heads.length > 0 ? heads : undefined)).toMatchObject({
            ok: true,
            heads: chain.length,
          });
          for (const head of heads) expect(chain).toContainEqual(head);
        }
      } finally {
        await world.close();
      }
    });
    await fc.assert(run, { numRuns: 12 });
  });
});
