import { isTraceparent } from './traceparent.js';

const TRACE = 'a'.repeat(32);
const SPAN = 'b'.repeat(16);

describe('a traceparent', () => {
  it.each(['00', '01', 'ff'])('is version, trace, span and flags: %s', (flags) => {
    expect(isTraceparent(`00-${TRACE}-${SPAN}-${flags}`)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no text', 7],
    ['absent', undefined],
    ['empty', ''],
    ['of another version', `01-${TRACE}-${SPAN}-01`],
    ['without flags', `00-${TRACE}-${SPAN}`],
    ['followed by more', `00-${TRACE}-${SPAN}-01-canary`],
    ['two of them', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['with a line break', `00-${TRACE}-${SPAN}-01\n`],
    ['of no trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['of no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ])('is none when it is %s', (_, value) => {
    expect(isTraceparent(value)).toBe(false);
  });
});
