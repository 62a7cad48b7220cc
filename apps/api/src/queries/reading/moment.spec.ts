import { encodePosition, type KeywardError } from '@keyward/contracts';
import { parseMoment } from './moment.js';

const NOW = {
  storeId: 'store',
  head: { commit: 5n, prepare: 5n },
  time: new Date('2026-03-31T12:00:00Z'),
};
const at = (commit: bigint, storeId = 'store') => encodePosition(storeId, { commit, prepare: commit });

describe('a moment of the past', () => {
  it.each([
    ['2026-03-31T12:00:00Z', '2026-03-31T12:00:00.000Z'],
    ['2026-03-31t11:59:59.123456789z', '2026-03-31T11:59:59.123Z'],
    ['2026-03-31T13:30:00+02:00', '2026-03-31T11:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('is the time %s', (text, iso) => {
    expect(parseMoment(text, NOW)).toEqual({ kind: 'time', time: new Date(iso) });
  });

  it('is a position, the last one too', () => {
    expect(parseMoment(at(5n), NOW)).toEqual({ kind: 'position', position: { commit: 5n, prepare: 5n } });
  });

  it.each([
    ['a day that is none', '2026-02-29T00:00:00Z', 'real date'],
    ['an hour that is none', '2026-02-28T25:00:00Z', 'real date'],
    ['the future', '2026-03-31T12:00:01Z', 'must not be in the future'],
    ['a position beyond the end', at(6n), 'must not be in the future'],
    ['a position of another log', at(1n, 'other'), 'position of another event log'],
    ['a date alone', '2026-03-31', 'must be a time (RFC 3339'],
    ['a time without its zone', '2026-03-31T12:00:00', 'must be a time (RFC 3339'],
    ['seconds since an epoch', '1774958400', 'must be a time (RFC 3339'],
    ['nothing', '', 'must be a time (RFC 3339'],
  ])('is not %s', (_name, text, rule) => {
    expect(() => parseMoment(text, NOW)).toThrow(
      expect.objectContaining({
        code: 'INVALID_REQUEST',
        violations: [{ field: 'at', rule: expect.stringContaining(rule) as string }],
      }) as KeywardError,
    );
  });
});
