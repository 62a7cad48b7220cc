import type { Mutant } from '../mutant.js';

const AUDIT = 'apps/lookup/src/read-audit';
const HISTORY = 'libs/history/src/sqlite';

/** Of the record of what is handed out. */
export const READ_AUDIT: readonly Mutant[] = [
  {
    without: 'the wait for the record before a key leaves',
    file: 'apps/lookup/src/effective-keys.service.ts',
    text: '    if (recorded) await recorded;\n',
    instead: '    recorded?.catch(() => undefined);\n',
    spec: 'apps/lookup/src/unrecorded-keys.int-spec.ts',
    test: 'is not handed out',
  },
  {
    without: 'a note of its own for each minute',
    file: `${AUDIT}/read-recorder.ts`,
    text: 'if (cell?.noted !== minute)',
    instead: 'if (cell === undefined || Number.isNaN(cell.noted))',
    spec: `${AUDIT}/read-recorder.spec.ts`,
    test: 'once for each minute',
  },
  {
    without: 'the removal of the notes before their events are tried',
    file: `${AUDIT}/reads-journal.ts`,
    text: '    await files.remove(batch.noteFiles);\n    if (events.length > 0) this.await',
    instead: '    if (events.length > 0) this.await',
    spec: `${AUDIT}/read-audit.property.spec.ts`,
  },
  {
    without: 'where the stream ended when an event was tried first',
    file: `${AUDIT}/read-shipper.ts`,
    text: 'const heads = journal.heads(batch) ?? (await this.headsOf(streams));',
    instead: 'const heads = await this.headsOf(streams);',
    spec: `${AUDIT}/read-audit.property.spec.ts`,
  },
  {
    without: 'the look at what came in since, for the very event',
    file: `${AUDIT}/read-shipper.ts`,
    text: '        if (since.ids.has(event.id)) return end;\n',
    instead: '',
    spec: `${AUDIT}/read-recorder.spec.ts`,
    test: 'others record at the same time',
  },
  {
    without: 'the last line of the journal being left out when it is half a line',
    file: `${AUDIT}/key-read-events.ts`,
    text: "text.slice(0, text.lastIndexOf('\\n') + 1).split('\\n')",
    instead: "text.split('\\n')",
    spec: `${AUDIT}/read-recorder.spec.ts`,
    test: 'by the next process',
  },
  {
    without: 'what was read being left out of the history',
    file: `${HISTORY}/history-reader.ts`,
    text: 'return [NOT_READS, ...about, ...rest]',
    instead: 'return [...about, ...rest]',
    spec: `${HISTORY}/key-uses.int-spec.ts`,
    test: 'only then',
  },
];
