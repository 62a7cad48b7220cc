import { describeJournalFiles } from '../testing/describe-journal-files.js';
import { MemoryJournalFiles } from '../testing/memory-journal-files.js';

describe('Journal files in memory', () => {
  describeJournalFiles(async () => new MemoryJournalFiles());
});
