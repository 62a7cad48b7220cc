import type { FaultCode } from '../verify/faults.js';
import { MAX_LINE_BYTES } from '../verify/lines.js';
import { OTHER_SIGNER, STORE_ID, sampleEvent, sampleEvents, sampleExport, textOf } from './sample-log.js';

/** One way to spoil the sample export, and what of it is found where. */
export interface Tampering {
  readonly name: string;
  readonly text: string | Buffer;
  /** The file of saved heads, where one is needed to see it. */
  readonly heads?: string | Buffer;
  readonly found: readonly string[];
}

/** `4 broken_link`: line and code; `heads 1 fork` for the file of saved heads. */
type Found = `${number} ${FaultCode}` | `heads ${number} ${FaultCode}`;

/**
 * The sample export has 10 events and a head after 4 and 8, so its lines are
 * 1 header, 2-5 events 0-3, 6 head of 4, 7-10 events 4-7, 11 head of 8, 12-13 events 8-9, 14 closing head.
 */
export async function tamperings(): Promise<readonly Tampering[]> {
  const { lines } = await sampleExport();
  const other = await otherHistory();
  const cases: Tampering[] = [];
  const add = (
    name: string,
    made: readonly string[] | Buffer,
    found: readonly Found[],
    heads?: string,
  ): void => {
    const text = Buffer.isBuffer(made) ? made : textOf(made);
    cases.push({ name, text, found, ...(heads === undefined ? {} : { heads }) });
  };
  const edited = (line: number, from: string | RegExp, to: string): string[] => {
    const after = lines.with(line - 1, lines[line - 1]!.replace(from, to));
    if (after[line - 1] === lines[line - 1]) throw new Error(`line ${line} has no ${String(from)}`);
    return after;
  };
  const without = (line: number, count = 1): string[] => lines.toSpliced(line - 1, count);
  const inserted = (before: number, ...more: readonly string[]): string[] =>
    lines.toSpliced(before - 1, 0, ...more);
  const at = (line: number): string => lines[line - 1]!;

  add('an altered event', edited(8, 'alice', 'alicf'), ['9 broken_link', '11 root_mismatch']);
  add('an altered last event', edited(13, 'alice', 'mallory'), ['14 root_mismatch']);
  add('an altered time of an event', edited(13, '12:09', '12:08'), ['14 root_mismatch']);
  add('spaces in an event', edited(13, '"data":', '"data": '), ['14 root_mismatch']);
  add('an event that is no JSON any more', edited(8, '"data"', '"data'), ['8 garbage', '9 missing_event']);
  add('a deleted event', without(8), ['8 missing_event']);
  add('three deleted events', without(8, 3), ['8 missing_event']);
  add('a deleted event before a head', without(10), ['10 missing_event']);
  add('a deleted last event', without(13), ['13 missing_event']);
  add('an event that was put in', inserted(8, forged(at(8))), [
    '9 repeated_event',
    '10 broken_link',
    '12 root_mismatch',
  ]);
  add('an event put in before a head', inserted(11, forged(at(12))), [
    '12 misplaced_head',
    '13 repeated_event',
    '14 broken_link',
    '15 root_mismatch',
  ]);
  add(
    'two events in each other’s place',
    [...lines.slice(0, 7), at(9), at(8), ...lines.slice(9)],
    ['8 missing_event', '9 repeated_event'],
  );
  add('an event that was moved to the end', without(8).toSpliced(-1, 0, at(8)), [
    '8 missing_event',
    '13 repeated_event',
  ]);
  add('a line that stands twice', inserted(9, at(8)), ['9 repeated_event']);
  add('a head that stands twice', inserted(12, at(11)), ['12 broken_head_chain']);
  add('a closing head that stands twice', [...lines, at(14)], ['15 after_end']);
  add('a deleted head', without(11), ['13 broken_head_chain']);
  add('the first head deleted', without(6), ['10 broken_head_chain']);
  add(
    'heads in each other’s place',
    [...lines.slice(0, 5), at(11), ...lines.slice(6, 10), at(6), ...lines.slice(11)],
    [
      '6 broken_head_chain',
      '6 missing_event',
      '7 repeated_event',
      '8 repeated_event',
      '9 repeated_event',
      '10 repeated_event',
      '11 broken_head_chain',
      '11 misplaced_head',
      '14 broken_head_chain',
    ],
  );
  add('a head moved up', without(11).toSpliced(9, 0, at(11)), ['10 missing_event', '11 repeated_event']);
  add('a head moved down', without(11).toSpliced(11, 0, at(11)), ['12 misplaced_head']);
  add('an altered head', edited(11, '"size":8', '"size":7'), ['11 bad_signature', '14 broken_head_chain']);
  add('an altered signature', edited(11, /"signature":"./, '"signature":"0'), [
    '11 bad_signature',
    '14 broken_head_chain',
  ]);
  add('another writing of a head', edited(11, '"size":8', '"size": 8'), [
    '11 garbage',
    '14 broken_head_chain',
  ]);
  add('another writing of a signature', lines.with(13, upperCased(at(14))), ['14 garbage', '14 cut_tail']);
  add('an end that was cut off', lines.slice(0, 13), ['13 cut_tail']);
  add('an end that was cut off after a head', lines.slice(0, 11), ['11 cut_tail']);
  add('an end that was cut off in a line', Buffer.from(textOf(lines)).subarray(0, -60), [
    '14 garbage',
    '14 cut_tail',
  ]);
  add('the last line break cut off', Buffer.from(textOf(lines)).subarray(0, -1), [
    '14 garbage',
    '14 cut_tail',
  ]);
  add('nothing but the header', lines.slice(0, 1), ['1 cut_tail']);
  add('nothing at all', [], ['1 no_header']);
  add('no header', lines.slice(1), ['1 no_header']);
  add('a header of another format', edited(1, 'keyward.audit', 'keyward/audit'), ['1 no_header']);
  add('a header of another version', edited(1, 'export.v1', 'export.v2'), ['1 no_header']);
  add('a header of a later part', edited(1, '"first":0', '"first":4'), ['1 no_header']);
  add('a header of another store', edited(1, STORE_ID, STORE_ID.replace('5', '6')), [
    '6 wrong_log',
    '11 wrong_log',
    '14 wrong_log',
    '14 cut_tail',
  ]);
  add('a header of another organization', edited(1, '"acme"', '"acne"'), [
    ...[2, 3, 4, 5].map((line) => `${line} foreign_event` as const),
    '6 wrong_log',
    ...[7, 8, 9, 10].map((line) => `${line} foreign_event` as const),
    '11 wrong_log',
    '12 foreign_event',
    '13 foreign_event',
    '14 wrong_log',
    '14 cut_tail',
  ]);
  add(
    'an event of another organization',
    inserted(9, at(8).replaceAll('acme', 'umbrella').replace('"index":5', '"index":6')),
    ['9 broken_link', '9 foreign_event', '10 repeated_event', '11 broken_link', '12 root_mismatch'],
  );
  add('a history signed with another key', (await sampleExport({ signer: OTHER_SIGNER })).lines, [
    '6 unknown_signing_key',
    '11 unknown_signing_key',
    '14 unknown_signing_key',
    '14 cut_tail',
  ]);
  add('garbage between the lines', inserted(9, 'what is this', '', '{"event":{}}', '[1]', 'null'), [
    '9 garbage',
    '10 garbage',
    '11 garbage',
    '12 garbage',
    '13 garbage',
  ]);
  add(
    'bytes that are no text',
    Buffer.concat([
      Buffer.from(textOf(lines.slice(0, 8))),
      Buffer.of(0xff, 0xfe, 0x0a),
      Buffer.from(textOf(lines.slice(8))),
    ]),
    ['9 garbage'],
  );
  const notUtf8 = Buffer.from(textOf(lines));
  notUtf8[notUtf8.indexOf('alice', Buffer.byteLength(textOf(lines.slice(0, 7))))] = 0xff;
  add('an event with a byte that is no text', notUtf8, ['8 garbage', '9 missing_event']);
  add('a line that does not end', inserted(9, 'x'.repeat(MAX_LINE_BYTES + 1)), ['9 garbage']);
  add(
    'line breaks of another system',
    lines.map((line) => `${line}\r`),
    ['1 no_header'],
  );
  const part = (await sampleExport({ first: 5 })).lines;
  add('a part that is passed off as the whole', part.with(-1, at(14)), ['8 wrong_log']);
  add(
    'the end of another history',
    [...lines.slice(0, 13), other.lines[13]!],
    ['14 broken_head_chain', '14 root_mismatch'],
  );
  add('a second head for the same events', inserted(12, other.lines[10]!), [
    '12 fork',
    '12 root_mismatch',
    '15 broken_head_chain',
  ]);
  add('another history than the saved head’s', other.lines, ['heads 1 fork'], textOf([at(11)]));
  add(
    'another history than two saved heads’',
    other.lines,
    ['heads 2 fork', 'heads 3 fork'],
    textOf([at(6), at(11), at(14)]),
  );
  add('an older export than the saved head', (await older()).lines, ['heads 1 cut_tail'], textOf([at(14)]));
  add(
    'a saved head that was altered',
    lines,
    ['heads 1 bad_signature'],
    textOf([at(11).replace('"size":8', '"size":7')]),
  );
  add(
    'a saved head of another key',
    lines,
    ['heads 1 unknown_signing_key'],
    textOf([(await sampleExport({ signer: OTHER_SIGNER })).lines[10]!]),
  );
  add('saved heads that are none', lines, ['heads 1 garbage', 'heads 1 wrong_log'], 'no head\n');
  add('an empty file of saved heads', lines, ['heads 1 wrong_log'], '');
  add(
    'saved heads of another store',
    lines,
    ['heads 1 wrong_log'],
    textOf([(await sampleExport({ storeId: 'another' })).lines[10]!]),
  );
  add(
    'a saved head before the part',
    (await sampleExport({ first: 5 })).lines,
    ['heads 1 head_before_range'],
    textOf([at(6)]),
  );
  return cases;
}

/** Like the sample, but event 6 is another one: the heads of 8 events and of 10 have other roots. */
function otherHistory(): ReturnType<typeof sampleExport> {
  return sampleExport({
    events: Array.from({ length: 10 }, (_, n) => sampleEvent(n, n === 6 ? { actor: 'mallory' } : {})),
  });
}

/** The sample as it was before its last event. */
function older(): ReturnType<typeof sampleExport> {
  return sampleExport({ events: sampleEvents(9) });
}

/** An event in the place of the given one, linked as that one is. */
function forged(line: string): string {
  return line.replace('"actor":"alice"', '"actor":"mallory"');
}

function upperCased(head: string): string {
  return head.replace(/"signature":"([0-9a-f]+)"/, (_, hex: string) => `"signature":"${hex.toUpperCase()}"`);
}
