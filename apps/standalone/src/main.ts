import { createRequire } from 'node:module';

// By require, which Node has for ES modules too: it loads the thousand modules and more that there are in four
// fifths of the time that import takes.
createRequire(import.meta.url)('./run-standalone.js');
