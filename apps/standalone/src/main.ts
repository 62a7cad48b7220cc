import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';

// V8 would let the heap grow to three times what lives in it before it collects: under load 150 MB for 50.
setFlagsFromString('--heap-growing-percent=50');

// By require, which Node has for ES modules too: it loads the thousand modules and more that there are in four
// fifths of the time that import takes.
createRequire(import.meta.url)('./run-standalone.js');
