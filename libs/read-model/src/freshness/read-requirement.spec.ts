import { KeywardError, encodePosition } from '@keyward/contracts';
import { parseRequirement } from './read-requirement.js';

const position = { commit: 42n, prepare: 41n };
const token = encodePosition('log-a', position);

function refusal(requested: Parameters<typeof parseRequirement>[1]): KeywardError {
  try {
    parseRequirement('log-a', requested, 'consistency');
  } catch (error) {
    if (error instanceof KeywardError) return error;
  }
  throw new Error('it was not refused');
}

describe('parseRequirement', () => {
  it.each([{}, { minimizeLatency: true }, { minimizeLatency: false, fullyConsistent: false }])(
    'takes %p for minimize_latency',
    (requested) => {
      expect(parseRequirement('log-a', requested, 'consistency')).toEqual({ kind: 'minimize_latency' });
    },
  );

  it('reads a position', () => {
    expect(parseRequirement('log-a', { atLeastAsFresh: token }, 'atLeastAsFresh')).toEqual({
      kind: 'at_least_as_fresh',
      position,
      field: 'atLeastAsFresh',
    });
  });

  it('reads full consistency', () => {
    expect(parseRequirement('log-a', { fullyConsistent: true }, 'consistency')).toEqual({
      kind: 'fully_consistent',
    });
  });

  it.each([
    ['empty', ''],
    ['made up', 'latest'],
    ['cut short', token.slice(0, -1)],
    ['of another log', encodePosition('log-b', position)],
  ])('refuses a position that is %s, naming the field', (_what, atLeastAsFresh) => {
    const error = refusal({ atLeastAsFresh });
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', violations: [{ field: 'consistency' }] });
    expect(error.message).toMatch(/^consistency is (not )?a position/);
  });

  it('refuses more than one level', () => {
    expect(refusal({ atLeastAsFresh: token, fullyConsistent: true }).code).toBe('INVALID_REQUEST');
    expect(refusal({ minimizeLatency: true, fullyConsistent: true }).message).toMatch(/more than one level/);
  });
});
