import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startKeyward, temporaryDataDir } from '../support/standalone.js';
import { QUESTIONS, answersOf, leafHashesOf, type Answers } from './answers.js';

interface Recorded {
  readonly keyEncryptionKey: string;
  readonly answers: Answers;
  readonly leafHashes: Readonly<Record<string, readonly string[]>>;
}

/** Where the log ends now says nothing: a later release adds to it, such as heads of the audit logs. */
function withoutEnd(answers: Answers): Answers {
  const isOfNow = (question: string): boolean => !question.includes('?at=');
  return Object.fromEntries(
    Object.entries(answers).map(([question, answer]) => {
      const { position: _end, ...said } = answer as { readonly position?: string };
      return [question, isOfNow(question) ? said : answer];
    }),
  );
}

const releases = readdirSync('test/golden', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^\d/.test(entry.name))
  .map(({ name }) => name);

it('has the log of the first release', () => {
  expect(releases).toContain('0.1.0');
});

// Made by test/golden/record-log.ts, of keys that are made up, under a key encryption key that is for this alone.
describe.each(releases)('the event log that release %s wrote', (release) => {
  const data = temporaryDataDir();
  afterAll(() => data.dispose());
  const recorded = JSON.parse(readFileSync(join('test/golden', release, 'answers.json'), 'utf8')) as Recorded;

  beforeAll(() => {
    copyFileSync(join('test/golden', release, 'keyward.db'), join(data.path, 'keyward.db'));
  });

  it('is replayed to the same answers: lookups, history, usage, and as of every position', async () => {
    // Neither shreds what was recorded nor shows the lookups of this test.
    const quiet = { KEYWARD_KEY_RETENTION: '3650d', KEYWARD_READ_AUDIT: 'off' };
    const env = { KEYWARD_KEK: recorded.keyEncryptionKey, ...quiet };
    const keyward = await startKeyward(data.path, env);
    try {
      const answers = await answersOf(keyward, data.path, QUESTIONS);
      // A later release may say more, and never something else.
      expect(answers).toMatchObject(withoutEnd(recorded.answers));
      expect(Object.keys(answers).length).toBeGreaterThan(20);
    } finally {
      await keyward.stop();
    }
  });

  it('has the same leaf hashes in its audit logs, which signed heads are made of', async () => {
    expect(await leafHashesOf(data.path)).toMatchObject(recorded.leafHashes);
  });
});
