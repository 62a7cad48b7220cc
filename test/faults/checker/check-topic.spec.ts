import type { TopicMessage } from '@keyward/change-log/testing';
import { checkTopic } from './check-topic.js';
import { logOf, orgEvent, rulesOf, topicMessage, websiteEvent } from './checker.fixtures.js';
import { KEY_MARK } from './key-bytes.js';

const first = orgEvent(1, 'OrgKeySet', 1);
const override = websiteEvent(2, 'ProjectKeySet', 1);
const second = orgEvent(3, 'OrgKeySet', 2);
const log = logOf(first, override, second);

const said = {
  first: topicMessage(0, first),
  override: topicMessage(1, override),
  second: topicMessage(2, second),
};
const all = Object.values(said);
const rules = (...messages: readonly TopicMessage[]): string[] => rulesOf(checkTopic(log, messages, 'store'));

/** The first message, otherwise the same, with something else in its CloudEvent. */
const saying = (attributes: object): TopicMessage => {
  const event = JSON.parse(said.first.value) as object;
  return { ...said.first, value: JSON.stringify({ ...event, ...attributes }) };
};

describe('checkTopic', () => {
  it.each([
    ['every change once', all],
    ['a repeat', [said.first, said.override, said.override, said.second]],
    ['a repeat of all from an earlier one on', [...all, said.override, said.second]],
    ['slots in another order among each other', [said.override, said.first, said.second]],
  ])('is content with %s', (_, messages) => expect(rules(...messages)).toEqual([]));

  it.each([
    ['a change that is missing', 'not_published', [said.first, said.second]],
    ['a later change of a slot that comes first', 'published_late', [said.second, said.first, said.override]],
    [
      'a change that is in no log',
      'never_happened',
      [...all, topicMessage(3, orgEvent(9, 'OrgKeyRemoved', 2))],
    ],
    ['what is no JSON', 'never_happened', [...all, { ...said.first, value: 'x' }]],
    ['a message under another key', 'wrong_message', [...all, { ...said.first, key: 'acme/slack' }]],
    ['a message without its headers', 'wrong_message', [...all, { ...said.first, headers: {} }]],
    ['another id', 'wrong_message', [...all, saying({ id: 'another' })]],
    ['more than is documented', 'wrong_message', [...all, saying({ extra: 'x' })]],
    ['a change of another log', 'wrong_message', [...all, saying({ source: '/keyward/another' })]],
    ['slots of one key in two partitions', 'two_partitions', [...all, { ...said.second, partition: 1 }]],
    ['the bytes of a key', 'key_bytes', [...all, saying({ extra: `sk-${KEY_MARK}` })]],
    [
      'the bytes of a key in base64',
      'key_bytes',
      [...all, saying({ extra: Buffer.from(`sk-${KEY_MARK}-1`).toString('base64') })],
    ],
    [
      'the bytes of a key in hex',
      'key_bytes',
      [...all, { ...said.first, headers: { trace: Buffer.from(`sk-${KEY_MARK}-1`).toString('hex') } }],
    ],
  ])('finds %s', (_, rule, messages) => expect(rules(...messages)).toEqual([rule]));
});
