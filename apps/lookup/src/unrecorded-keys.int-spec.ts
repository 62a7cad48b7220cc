import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeysHandedOut } from '@keyward/domain';
import type { LookupSettings } from './lookup.settings.js';
import { LookupFixture, refusalOf } from './testing/lookup-fixture.js';

const ADDRESS = { organizationId: 'acme', projectId: 'website', integrationId: 'openai' };
const ORG_SLOT = { ...ADDRESS, projectId: null };
const CANARY = 'sk-canary-8d1f0c6b5a49';

describe('a key', () => {
  let fixture: LookupFixture | undefined;
  afterEach(() => fixture?.close());

  const start = async (settings: Partial<LookupSettings>): Promise<LookupFixture> => {
    fixture = await LookupFixture.start({ settings });
    const { records } = fixture;
    const slot = await records.slot(ORG_SLOT, CANARY);
    await fixture.write(records.organization('acme'), records.project('acme', 'website'), slot);
    return fixture;
  };
  const journalOf = ({ journals }: LookupFixture): string =>
    readdirSync(journals, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.notes'))
      .map((name) => readFileSync(join(journals, name), 'utf8'))
      .join('');

  it('is in the journal when its answer comes, by worker, project and version, and not with its bytes', async () => {
    const lookups = await start({});
    await lookups.lookup(ADDRESS);
    await lookups.batchLookup([ADDRESS]);
    const notes = journalOf(lookups).trim().split('\n');
    expect(notes.map((note) => JSON.parse(note) as unknown)).toEqual([
      {
        ...ADDRESS,
        worker: 'worker-of-acme',
        level: 'organization',
        keyId: 'key-acme--openai-1',
        version: 1,
        at: expect.any(Number),
      },
    ]);
    for (const form of [CANARY, Buffer.from(CANARY).toString('base64').slice(0, -4)])
      expect(journalOf(lookups)).not.toContain(form);
  });

  it('is in the event log once an interval is over', async () => {
    const lookups = await start({ KEYWARD_READ_AUDIT_INTERVAL: 100 });
    await lookups.batchLookup([ADDRESS, ADDRESS]);
    const last = { direction: 'backwards', maxCount: 1 } as const;
    for (;;) {
      for await (const { data } of lookups.events.readStream('keyReads-acme', last)) {
        const { handOuts } = data as unknown as KeysHandedOut['data'];
        expect(handOuts.map(({ counts }) => Object.values(counts))).toEqual([[2]]);
        return;
      }
      await new Promise(setImmediate);
    }
  });

  it('is not handed out when that cannot be recorded, and the process says that it is not ready', async () => {
    const lookups = await start({ KEYWARD_READ_AUDIT_BACKLOG: 0 });
    const refusal = { grpcCode: 14, reason: 'UNAVAILABLE' };
    expect(await refusalOf(lookups.lookup(ADDRESS))).toMatchObject(refusal);
    expect(await refusalOf(lookups.batchLookup([ADDRESS]))).toMatchObject(refusal);
    expect(await lookups.metricsText()).toContain('keyward_read_audit_refused_total 2');
    const { ok, parts } = await lookups.health().report('ready');
    expect([ok, parts.find(({ part }) => part === 'read-audit')]).toEqual([
      false,
      expect.objectContaining({ ok: false, required: true }),
    ]);
  });

  it('that is not set needs no record', async () => {
    const lookups = await start({ KEYWARD_READ_AUDIT_BACKLOG: 0 });
    expect(await lookups.lookup({ ...ADDRESS, integrationId: 'exa' })).toMatchObject({
      notConfigured: { reason: 'REASON_NOT_SET' },
    });
  });

  it('is handed out all the same where an alarm is wanted, and counted', async () => {
    const lookups = await start({ KEYWARD_READ_AUDIT: 'alarm', KEYWARD_READ_AUDIT_BACKLOG: 0 });
    expect((await lookups.lookup(ADDRESS)).key?.secret.toString()).toBe(CANARY);
    expect(await lookups.metricsText()).toContain('keyward_read_audit_lost_total 1');
    expect(lookups.logLines.join('')).toContain('"alarm":"read_audit_lost"');
    expect((await lookups.health().report('ready')).parts).toContainEqual(
      expect.objectContaining({ part: 'read-audit', ok: false, required: false }),
    );
  });

  it('is not recorded where the read audit is off', async () => {
    const lookups = await start({ KEYWARD_READ_AUDIT: 'off' });
    expect((await lookups.lookup(ADDRESS)).key?.secret.toString()).toBe(CANARY);
    expect(existsSync(lookups.journals)).toBe(false);
  });
});
