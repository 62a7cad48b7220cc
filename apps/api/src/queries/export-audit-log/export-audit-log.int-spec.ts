import { createHash } from 'node:crypto';
import { AuditKeys, TrustedKeys, verifyExport } from '@keyward/audit';
import { bytesOf } from '@keyward/audit/testing';
import { ApiFixture, type Answer } from '../../testing/api-fixture.js';
import { KEY_A } from '../../testing/writes.js';

const ORG = '/v1/organizations/acme';
const EXPORT = `GET ${ORG}/audit/export`;

describe('GET the export of an audit log', () => {
  let api: ApiFixture;
  beforeAll(async () => {
    api = await ApiFixture.start();
  }, 30_000);
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.withAcme();
    for (let n = 0; n < 5; n++)
      await api.must(`PUT ${ORG}/integrations/serpapi/key`, { body: { secret: `${KEY_A}${n}` } });
  });

  const verified = (text: string) => {
    const { publicKeyPem } = api.app.get(AuditKeys, { strict: false }).signer;
    return verifyExport(bytesOf(text), { trusted: TrustedKeys.fromPem(publicKeyPem, 'the key') });
  };
  const linesOf = ({ text }: Answer): string[] => text.split('\n').slice(0, -1);
  const eventsOf = (answer: Answer) => linesOf(answer).filter((line) => line.startsWith('{"event"'));
  const hashOf = (line: string) => createHash('sha256').update('\0').update(line).digest('hex');
  const goingOn = (line: string) => {
    const { event } = JSON.parse(line) as { event: { index: number } };
    return `?after=${event.index}&after_hash=${hashOf(line)}`;
  };

  it('gives all events, verified, and no key', async () => {
    const answer = await api.must(EXPORT);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-disposition': `attachment; filename="${api.acme}-audit.ndjson"`,
      'keyward-export-events': '7',
    });
    expect(await verified(answer.text)).toMatchObject({
      ok: true,
      size: 7,
      log: { organizationId: api.acme },
    });
    expect(answer.text).not.toContain(KEY_A);
  });

  it('gives the platform’s log to a platform admin', async () => {
    const answer = await api.must('GET /v1/audit/export', { as: api.admin });
    expect(await verified(answer.text)).toMatchObject({ ok: true, log: { organizationId: null } });
    expect(answer.headers['content-disposition']).toBe('attachment; filename="platform-audit.ndjson"');
  });

  it('gives it as CSV too, with as many rows', async () => {
    const { headers, text } = await api.must(`${EXPORT}?format=csv`);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const rows = text.split('\r\n').slice(1, -1);
    expect(rows.filter((row) => /^\d+,/.test(row))).toHaveLength(7);
    const hashes = rows.flatMap((row) => /,([0-9a-f]{64}),$/.exec(row)?.[1] ?? []);
    expect(hashes).toEqual(eventsOf(await api.must(EXPORT)).map(hashOf));
  });

  it.each(['ndjson', 'csv'])(
    'goes on after any event, as if it had never been broken off: %s',
    async (format) => {
      const whole = await api.must(`${EXPORT}?format=${format}`);
      const isEvent = (line: string): boolean => /^(\{"event"|\d+,)/.test(line);
      // The closing head has the time at which it was signed.
      const withoutClosing = (text: string) => text.split(/(?<=\n)/).slice(0, -1);
      const events = eventsOf(await api.must(EXPORT));
      const lines = whole.text.split(/(?<=\n)/);
      for (const [n, line] of events.entries()) {
        const rest = await api.must(`${EXPORT}${goingOn(line)}&format=${format}`);
        expect(rest.headers['keyward-export-events']).toBe(String(events.length - n - 1));
        const there = lines.slice(0, lines.indexOf(lines.filter(isEvent)[n]!) + 1).join('');
        expect(withoutClosing(there + rest.text)).toEqual(withoutClosing(whole.text));
        if (format === 'ndjson')
          expect(await verified(there + rest.text)).toMatchObject({ ok: true, size: 7 });
      }
    },
  );

  it.each([
    ['format', '?format=xml'],
    ['after', '?after=-1&after_hash=' + 'a'.repeat(64)],
    ['after', `?after_hash=${'a'.repeat(64)}`],
    ['after_hash', '?after=1'],
    ['after_hash', '?after=1&after_hash=A'],
    ['after_hash', `?after=1&after_hash=${'a'.repeat(64)}`],
    ['first', `?after=999&after_hash=${'a'.repeat(64)}`],
  ])('refuses a wrong %s: %s', async (field, query) => {
    const { status, body } = await api.call(EXPORT + query);
    expect([status, body.code, body.violations[0].field]).toEqual([400, 'INVALID_REQUEST', field]);
  });

  it('refuses to go on with the export of another organization', async () => {
    const [, line] = eventsOf(await api.must(EXPORT));
    await api.withAcme();
    expect((await api.call(EXPORT + goingOn(line!))).body.violations).toMatchObject([
      { field: 'after_hash' },
    ]);
  });

  it('is refused of an organization that nobody registered', async () => {
    const as = api.token('nobody', { organizations: { nowhere: 'owner' } });
    const { body } = await api.call('GET /v1/organizations/nowhere/audit/export', { as });
    expect(body.code).toBe('UNKNOWN_ORGANIZATION');
  });
});
