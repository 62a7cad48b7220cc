import type { Mutant } from '../mutant.js';

const FOLDER = 'apps/broadcaster/src';
const PARTITIONS = `${FOLDER}/watching/watch-hub-partitions.spec.ts`;

/** Of the watches, where changes come from partitions. */
export const BROADCASTER: readonly Mutant[] = [
  {
    without: 'what came from beyond the watermark, for a watch that begins with a reset',
    file: `${FOLDER}/watching/watcher.ts`,
    text: '    this.place = window.firstAfter(this.after);',
    instead: '    if (!isTooOld) this.place = window.firstAfter(this.after);',
    spec: PARTITIONS,
    test: 'sends after a reset what came from beyond that',
  },
  {
    without: 'a reset that stands for all that was dropped',
    file: `${FOLDER}/watching/watcher.ts`,
    text: 'if (isTooOld) this.after = later(window.floor, window.watermark);',
    instead: 'if (isTooOld) this.after = this.through(window.watermark);',
    spec: PARTITIONS,
    test: 'lets a reset stand for all',
  },
  {
    without: 'the place of a watch that has not read everything when changes were missed',
    file: `${FOLDER}/watching/watcher.ts`,
    text: 'if (!this.behind) this.place = window.end;',
    instead: 'this.place = window.end;',
    spec: PARTITIONS,
    test: 'keeps what came from beyond a gap',
  },
  {
    without: 'the memory of what came from beyond a gap',
    file: `${FOLDER}/window/slot-pasts.ts`,
    text: 'const later = seen.filter(({ position }) => comparePositions(position, floor) > 0);',
    instead: 'const later = seen.slice(seen.length);',
    spec: `${FOLDER}/window/slot-pasts.spec.ts`,
    test: 'is known after what was forgotten',
  },
];
