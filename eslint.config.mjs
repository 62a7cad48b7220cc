import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

const DEEP_IMPORTS = [
  {
    regex: '^@keyward/[a-z-]+/(?!(testing|lean)$)',
    message: 'Import another library through its index only; what it does not export is its own business.',
  },
  {
    regex: '(^|/)(libs|apps)/',
    message: 'Import another library by its name, @keyward/..., not by its path.',
  },
  {
    regex: '^(node:)?diagnostics_channel$',
    message: 'Libraries publish the arguments of their calls there, sealed keys among them.',
  },
  { regex: '^(\\.\\./)+dist/', message: 'Import the source; the compiler maps it.' },
];
const TESTING_ONLY = {
  regex: '^@keyward/[a-z-]+/testing$',
  message: 'What is for tests is imported by tests only.',
};
const TESTS = ['**/*.{spec,int-spec,e2e-spec}.ts', '**/testing/**/*.ts', 'test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'apps/console/src/api/schema.d.ts',
      'dist',
      'node_modules',
      'data',
      'coverage',
      'bench-results',
      'libs/contracts/src/generated',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './apps/console/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // A promise nobody waits for hides its failure.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Decorated constructors need their classes at run time, all else must not keep a module alive.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An async method that fulfils a port has nothing to await on a memory adapter.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allow: ['bigint'] },
      ],
      'no-restricted-imports': ['error', { patterns: [...DEEP_IMPORTS, TESTING_ONLY] }],
      // Small enough to be read at once.
      complexity: ['error', 8],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // What is printed goes through the logger, which scrubs.
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['libs/domain/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^[^.]',
              message: 'The domain decides from its arguments alone: it imports nothing, not even node:.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'setTimeout', 'setInterval', 'fetch', 'crypto', 'performance'].map(
          (name) => ({
            name,
            message: 'The domain gets time, ids and randomness as arguments.',
          }),
        ),
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      'no-restricted-imports': ['error', { patterns: DEEP_IMPORTS }],
      // What comes out of JSON or a client in a test is looked at by the expectation that follows.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['apps/console/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...DEEP_IMPORTS,
            TESTING_ONLY,
            {
              regex: '^@keyward/(?!domain$)',
              message:
                'The console speaks the HTTP API; of the libraries it has the precedence, which is written once.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['localStorage', 'sessionStorage', 'indexedDB'].map((name) => ({
          name,
          message: 'Nothing of a session or a key is kept in the browser.',
        })),
      ],
    },
  },
  // These talk to a person on a terminal.
  { files: ['apps/cli/**/*.ts', 'test/bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: nodeGlobals() },
  },
);

function nodeGlobals() {
  const names = [
    'process',
    'console',
    'Buffer',
    'URL',
    'performance',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'fetch',
    'module',
    'AbortSignal',
    'AbortController',
    'structuredClone',
    'TextDecoder',
    'TextEncoder',
  ];
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}
