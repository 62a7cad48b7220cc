import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readStoredEvent, streamOwner, upcast } from '@keyward/domain';
import type { RecordedEvent } from '@keyward/event-store';
import { readProjectedEvent } from '@keyward/read-model';

const FOLDER = 'test/golden';
const EVENTS = `${FOLDER}/events`;
const SUMS = `${FOLDER}/SHA256SUMS`;
/** How the types of commands begin, which look the same in the source and are stored nowhere. */
const COMMAND = /^(Put|Archive|Change|Set|Remove|Disable|Enable|Destroy)[A-Z]/;

const HOW_TO_ADD = `
Add ${EVENTS}/<type>.v<schema version>.json: one such event as the log holds it ("id", "type", "stream", "revision", "metadata",
"data"), with every field that it can have; keys in it are made up. Then add its line to ${SUMS}:
  (cd ${FOLDER} && sha256sum events/<type>.v<schema version>.json >> SHA256SUMS)`;
const NEVER_REWRITTEN = `
A golden file is what a release wrote, and logs out there hold the same: put it back as it was (git checkout). Where the meaning
of a type changes, raise SCHEMA_VERSION, lift the older version in libs/domain/src/upcasting, and add a file of the new one.`;

type StoredJson = Omit<RecordedEvent, 'revision'> & { readonly revision: number };

const files = readdirSync(EVENTS).sort();
const read = (file: string): StoredJson => JSON.parse(readFileSync(join(EVENTS, file), 'utf8')) as StoredJson;
const recordedFrom = ({ revision, ...stored }: StoredJson): RecordedEvent => ({
  ...stored,
  revision: BigInt(revision),
  position: { commit: 1n, prepare: 1n },
  recordedAt: new Date(0),
});

/** Types of events that the source declares or writes. */
function typesInSource(): string[] {
  const types = new Set<string>();
  for (const part of ['libs', 'apps']) {
    for (const file of readdirSync(part, { recursive: true, encoding: 'utf8' })) {
      if (!/\/src\/.*\.ts$/.test(file) || /(spec|fixtures)\.ts$|\/testing\/|\/generated\//.test(file))
        continue;
      const text = readFileSync(join(part, file), 'utf8');
      for (const [, type] of text.matchAll(/\btype: '([A-Z][A-Za-z]+)'/g)) types.add(type!);
    }
  }
  return [...types].filter((type) => !COMMAND.test(type)).sort();
}

/** Fails with the files' names, and with what to do. */
function expectNone(found: readonly string[], remedy: string): void {
  if (found.length > 0) throw new Error(`${found.join('\n')}\n${remedy}`);
}

describe('the golden files of stored events', () => {
  it('are there for every type of event that Keyward writes', () => {
    const known = new Set(files.map((file) => file.split('.')[0]!));
    expect(typesInSource()).toEqual(expect.arrayContaining(['OrgKeySet', 'KeySealed', 'CommandAnswered']));
    expectNone(
      typesInSource().filter((type) => !known.has(type)),
      HOW_TO_ADD,
    );
  });

  it('are what they were', () => {
    const sums = new Map(
      readFileSync(SUMS, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('  ').reverse() as [file: string, sum: string]),
    );
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const present = folders.flatMap(({ name }) =>
      readdirSync(join(FOLDER, name)).map((file) => `${name}/${file}`),
    );
    expectNone(
      present.filter((file) => !sums.has(file)),
      HOW_TO_ADD,
    );
    const sumOf = (file: string) =>
      createHash('sha256')
        .update(readFileSync(join(FOLDER, file)))
        .digest('hex');
    expectNone(
      [...sums].flatMap(([file, sum]) => (present.includes(file) && sumOf(file) === sum ? [] : [file])),
      NEVER_REWRITTEN,
    );
  });

  it.each(files)('%s is named after the type and the schema version in it', (file) => {
    const { type, metadata } = read(file);
    expect(file.startsWith(`${type}.v${Number(metadata['schemaVersion'])}.`)).toBe(true);
  });

  it.each(files)('%s is understood by the reader of its stream', (file) => {
    const recorded = recordedFrom(read(file));
    const isDomains = streamOwner(recorded.stream) !== undefined;
    if (isDomains) expect(readStoredEvent(recorded).type).toBe(recorded.type);
    else expect(upcast(recorded)).toEqual(expect.any(Object));
    const isProjected = /^(organization|project|rollout|orgKey|projectKey|keyMaterial)-/.test(
      recorded.stream,
    );
    expect(isProjected && recorded.type !== 'KeyDestroyed').toBe(readProjectedEvent(recorded) !== undefined);
  });
});
