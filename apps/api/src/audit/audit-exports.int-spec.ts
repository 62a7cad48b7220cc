import { exportLines } from '@keyward/audit';
import { orgKeyStream, organizationStream, projectStream, ROLLOUT_STREAM } from '@keyward/domain';
import { AuditFixture, type AuditCopy } from '../testing/audit-fixture.js';

const ORGANIZATION = organizationStream('acme');
const KEY = orgKeyStream('acme', 'openai');

describe('What exports are made of', () => {
  let audit: AuditFixture;
  let copy: AuditCopy;
  beforeEach(() => {
    audit = new AuditFixture();
    copy = audit.copy();
  });
  afterEach(() => audit.close());

  const recordsOf = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
  const indexesIn = (text: string) => recordsOf(text).flatMap(({ event }) => (event ? [event['index']] : []));

  it('is every event of the organization and no other, with the heads between, closed', async () => {
    await audit.append(ORGANIZATION, organizationStream('acme2'), KEY, ROLLOUT_STREAM, 'keyMaterial-x');
    const head = await copy.chains.current('acme');
    await audit.append(projectStream('acme', 'website'), orgKeyStream('acme2', 'openai'));
    const text = await audit.exported(copy, 'acme');
    expect(await audit.verified(text, [head])).toMatchObject({ ok: true, size: 3, heads: 1, savedHeads: 1 });
    const streams = recordsOf(text).flatMap(({ event }) => (event ? [event['stream']] : []));
    expect(streams).toEqual([ORGANIZATION, KEY, projectStream('acme', 'website')]);
  });

  it('is the platform’s log, with whole lists, where no organization is named', async () => {
    await audit.append(ORGANIZATION, [ROLLOUT_STREAM, { include: ['acme', 'globex'] }], ROLLOUT_STREAM);
    const text = await audit.exported(copy, null);
    expect(await audit.verified(text)).toMatchObject({ ok: true, size: 2 });
    expect(recordsOf(text)[1]).toMatchObject({ event: { data: { include: ['acme', 'globex'] } } });
  });

  it('begins anywhere, with what came before it as hashes', async () => {
    const heads = [];
    for (let n = 0; n < 6; n += 1) {
      await audit.append(ORGANIZATION, KEY);
      heads.push(await copy.chains.current('acme'));
    }
    for (let first = 0; first <= 12; first += 1) {
      const text = await audit.exported(copy, 'acme', first);
      expect(await audit.verified(text)).toMatchObject({ ok: true, size: 12 });
      expect(indexesIn(text)).toEqual(Array.from({ length: 12 - first }, (_, n) => first + n));
    }
    await expect(copy.exports.open({ organizationId: 'acme', first: 13 })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      violations: [{ field: 'first' }],
    });
  });

  it('ends where the log ended when it was opened, whatever comes meanwhile', async () => {
    await audit.append(ORGANIZATION, KEY);
    const opened = await copy.exports.open({ organizationId: 'acme' });
    await audit.append(KEY, KEY);
    await copy.chains.current('acme');
    let text = '';
    for await (const line of exportLines(opened)) text += line;
    expect(await audit.verified(text)).toMatchObject({ ok: true, size: 2, heads: 0 });
  });

  it('is refused for an organization that nothing is known of', async () => {
    await audit.append(organizationStream('acme2'));
    await expect(audit.exported(copy, 'acme')).rejects.toMatchObject({ code: 'UNKNOWN_ORGANIZATION' });
  });

  it('is not closed where the event log does not give what was in it', async () => {
    await audit.append(ORGANIZATION, KEY, KEY);
    const opened = await copy.exports.open({ organizationId: 'acme' });
    const events = (async function* () {
      let n = 0;
      for await (const event of opened.events) yield n++ === 1 ? { ...event, type: 'OrgKeyEnabled' } : event;
    })();
    const lines = exportLines({ ...opened, events });
    await expect(drain(lines)).rejects.toMatchObject({ code: 'LOG_ALTERED' });
    const cut = { ...opened, events: [] };
    await expect(drain(exportLines(cut))).rejects.toMatchObject({ code: 'LOG_ALTERED' });
  });
});

async function drain(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) expect(line).not.toContain('"exportFrom":0');
}
