import type { Mutant } from '../mutant.js';

const PROJECTOR = 'apps/projector/src/maintenance';
const SPEC = `${PROJECTOR}/maintenance.spec.ts`;
const COMPARING = 'libs/read-model/src/comparing';
const COMPARING_SPEC = `${COMPARING}/compare-with-log.property.spec.ts`;

/** Of rebuilding the read model beside what is served, and of comparing it with the log. */
export const MAINTENANCE: readonly Mutant[] = [
  {
    without: 'the refusal to switch to what differs from the log',
    file: `${PROJECTOR}/rebuild.ts`,
    text: 'if (job.job.differenceCount > 0) {',
    instead: 'if (job.job.differenceCount > 1_000_000) {',
    spec: SPEC,
    test: 'does not switch to what differs from the log',
  },
  {
    without: 'going on with the projector once what it wrote to was replaced',
    file: 'apps/projector/src/projecting/projector.ts',
    text: 'if (!(error instanceof ReadModelLostError && turn.isSwitching)) throw error;',
    instead: 'throw error;',
    spec: SPEC,
    test: 'the projector goes on with it',
  },
  {
    without: 'going on where a rebuild was stopped',
    file: `${PROJECTOR}/rebuild.ts`,
    text: 'if (generation !== null) {',
    instead: "if (generation === '') {",
    spec: SPEC,
    test: 'goes on where another projector left it',
  },
  {
    without: 'the removal of what nobody goes on with',
    file: `${PROJECTOR}/maintain.ts`,
    text: 'return clock.now().getTime() - Date.parse(endedAt) <= KEEP_STOPPED_MS;',
    instead: 'return true;',
    spec: SPEC,
    test: 'is not gone on with for an hour',
  },
  {
    without: 'waiting until the new generation is as far as what is served, in memory',
    file: 'libs/read-model/src/memory/memory-builder.ts',
    text: 'if (this.ready && comparePositions(this.position, this.around.servedPosition()) >= 0)',
    instead: 'if (this.ready)',
    spec: 'libs/read-model/src/memory/memory-read-model.spec.ts',
    test: 'waits until it is as far as what is served',
  },
  {
    without: 'the look at what is sealed',
    file: `${COMPARING}/judge-record.ts`,
    text: "if (ahead === 0n) return isSame(sealed, held.sealed) ? undefined : 'altered';",
    instead: 'if (ahead === 0n) return undefined;',
    spec: COMPARING_SPEC,
    test: 'altered sealed',
  },
  {
    without: 'the end of a comparison with what is replaced meanwhile',
    file: `${COMPARING}/compare-with-log.ts`,
    text: '      await source.position();',
    instead: '',
    spec: COMPARING_SPEC,
    test: 'ends with an error when what it compares is replaced',
  },
];
