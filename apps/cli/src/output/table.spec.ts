import { Style } from '@keyward/runtime';
import { facts, table } from './table.js';

const PLAIN = new Style(false);
const HEAD = ['integration', 'version'];

describe('A table', () => {
  it('lines up its columns, and leaves no blanks at the ends', () => {
    expect(
      table(PLAIN, HEAD, [
        ['openai', 12],
        ['slack', null],
      ]),
    ).toBe(['integration  version', 'openai       12', 'slack        -'].join('\n'));
  });

  it('lines up painted and wide text by what is seen of it', () => {
    const green = new Style(true).paint('green', 'on');
    const [, first, second] = table(
      PLAIN,
      ['state', 'key'],
      [
        [{ painted: green }, 'a'],
        ['日本', 'b'],
      ],
    ).split('\n');
    expect(first).toBe(`${green}     a`);
    expect(second).toBe('日本   b');
  });

  it('becomes a list of facts where the terminal is too narrow', () => {
    const narrow = new Style(false, 19);
    expect(
      table(narrow, HEAD, [
        ['openai', 12],
        ['slack', null],
      ]),
    ).toBe(['integration  openai', 'version      12', '', 'integration  slack', 'version      -'].join('\n'));
  });

  it('stays one where it just fits, colours not counted', () => {
    const fits = new Style(true, 20);
    expect(table(fits, HEAD, [['openai', 12]]).split('\n')).toHaveLength(2);
  });

  it('lets no text steer the terminal', () => {
    const text = table(PLAIN, ['set by'], [['\u001b[2Jmallory\n\u202eadmin\u0007']]);
    expect(text.split('\n')[1]).toBe('�[2Jmallory��admin�');
  });
});

describe('Facts', () => {
  it('are names and values', () => {
    expect(
      facts(PLAIN, [
        ['percentage', 5],
        ['include', null],
      ]),
    ).toBe('percentage  5\ninclude     -');
  });
});
