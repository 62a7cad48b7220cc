const levels = { unit: 'spec', int: 'int-spec', e2e: 'e2e-spec' };
const level = process.env.KEYWARD_TEST_LEVEL;

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  // *.spec.ts does no I/O, *.int-spec.ts has one real dependency, *.e2e-spec.ts runs whole processes.
  testRegex: level ? `\\.${levels[level]}\\.ts$` : '\\.(spec|int-spec|e2e-spec)\\.ts$',
  setupFilesAfterEnv: ['<rootDir>/test/support/jest-setup.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  maxWorkers: 2,
  // Generous, because a loaded machine is no failure; nothing waits this long when all is well.
  testTimeout: 60_000,
  // vm modules keep each file's module graph alive, so a worker is replaced before it grows large.
  workerIdleMemoryLimit: '900MB',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        sourceMaps: 'inline',
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      },
    ],
  },
  moduleNameMapper: {
    // A worker thread is started by file, outside jest's transform: tests use the built one.
    '^\\./worker-entry\\.js$': '<rootDir>/dist/libs/history/src/thread/worker-entry.js',
    '^\\./writer-entry\\.js$': '<rootDir>/dist/libs/event-store/src/sqlite/writer-entry.js',
    '^@keyward/([a-z-]+)/(testing|lean)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^@keyward/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
