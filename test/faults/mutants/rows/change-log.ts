import type { Mutant } from '../mutant.js';

const FOLDER = 'libs/change-log/src/kafka';
const FAULTS = `${FOLDER}/kafka-faults.int-spec.ts`;
const RELAYS = `${FOLDER}/kafka-relays.int-spec.ts`;
const READING = `${FOLDER}/kafka-reading.int-spec.ts`;
const STATE = `${FOLDER}/reading-state.spec.ts`;

/** Of the adapter for Kafka, and of the relay that fills it. */
export const CHANGE_LOG: readonly Mutant[] = [
  {
    without: 'the comparison with the topic at the start',
    file: `${FOLDER}/kafka-change-log-writer.ts`,
    text: 'const held = last ? newestHeld(last.cuts, trusted) : undefined;',
    instead: 'const held = newestHeld(last?.cuts ?? [], trusted) ? last?.cuts.at(-1) : last?.cuts.at(-1);',
    spec: FAULTS,
    test: 'that is published again',
  },
  {
    without: 'the memory of where Kafka lost messages',
    file: `${FOLDER}/kafka-change-log-writer.ts`,
    text: 'Math.min(offset, this.lost.get(partition) ?? offset)',
    instead: 'partition < 0 ? 0 : offset',
    spec: FAULTS,
    test: 'it notices, also where what it sent since is as long',
  },
  {
    without: 'the offset check of a relay at work',
    file: `${FOLDER}/relay-session.ts`,
    text: 'if (base < known) {',
    instead: 'if (base < known && known < 0) {',
    spec: FAULTS,
    test: 'it notices, also where what it sent since is as long',
  },
  {
    without: 'the expected revision of a checkpoint',
    file: `${FOLDER}/relay-checkpoints.ts`,
    text: 'expectedRevision: after,',
    instead: "expectedRevision: 'any',",
    spec: RELAYS,
    test: 'move the checkpoint no more once another has written it',
  },
  {
    without: 'the checkpoint that makes the relay before stop',
    file: `${FOLDER}/kafka-change-log-writer.ts`,
    text: 'if (held) await this.inSession((mine) => mine.save());',
    instead: '',
    spec: RELAYS,
    test: 'move the checkpoint no more once another has written it',
  },
  {
    without: 'the fence check of a relay that was frozen',
    file: `${FOLDER}/relay-session.ts`,
    text: "if ((saved?.revision ?? 'no_stream') !== this.revision)",
    instead: 'if (saved === undefined)',
    spec: RELAYS,
    test: 'when the first was frozen, replaced and goes on',
  },
  {
    without: 'the turns of relays',
    file: `${FOLDER}/relay-lease.ts`,
    text: 'return released || relay === this.relay;',
    instead: 'return released || relay !== this.relay;',
    spec: RELAYS,
    test: 'work one at a time',
  },
  {
    without: 'the order of publishing and moving on',
    file: `${FOLDER}/relay-session.ts`,
    text: `      for (const sent of await this.parts.producer.sendChanges(part)) this.count(sent);
      this.unsaved += part.length;
      this.moveTo(part.at(-1)!.position);`,
    instead: `      this.moveTo(part.at(-1)!.position);
      this.unsaved += part.length;
      for (const sent of await this.parts.producer.sendChanges(part)) this.count(sent);`,
    spec: `${FOLDER}/relay-session.spec.ts`,
  },
  {
    without: 'publishing before the checkpoint',
    file: 'apps/relay/src/relaying/relay.ts',
    text: `    await inSpans(spans, () => changeLog.append(changes));
    await changeLog.saveCheckpoint(last.position);`,
    instead: `    await changeLog.saveCheckpoint(last.position);
    await inSpans(spans, () => changeLog.append(changes));`,
    spec: 'apps/relay/src/relaying/relay.spec.ts',
    test: 'when it dies between append and checkpoint',
  },
  {
    without: 'the order by slot',
    file: `${FOLDER}/slot-order.ts`,
    text: 'if (last !== undefined && comparePositions(position, last) <= 0) return false;',
    instead: '',
    spec: STATE,
    test: 'drops repeated messages and those that come late',
  },
  {
    without: 'the record of a message that cannot be read',
    file: `${FOLDER}/reading-state.ts`,
    text: '      this.options.onPoison(poison);',
    instead: '',
    spec: STATE,
    test: 'is poison',
  },
  {
    without: 'the dead letter',
    file: `${FOLDER}/dead-letters.ts`,
    text: 'producer.send({ topic: this.topic, messages: [{ key, value }], acks: -1 }),',
    instead: 'Promise.resolve({ producer, key, value }),',
    spec: READING,
    test: 'leaves a dead letter without its content',
  },
  {
    without: 'word to readers that a message could not be read',
    file: `${FOLDER}/reading-state.ts`,
    text: '      this.poisons.push(poison);',
    instead: '',
    spec: STATE,
    test: 'is poison',
  },
  {
    without: 'word to readers that messages were dropped',
    file: `${FOLDER}/topic-reading.ts`,
    text: 'if (missed > 0) throw new ChangeLogTruncatedError(missed);',
    instead: 'if (missed < 0) throw new ChangeLogTruncatedError(missed);',
    spec: READING,
    test: 'is told when what it had not read was dropped',
  },
];
