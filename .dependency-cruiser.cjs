// Import directions. Each rule says why in its `comment`; docs/adr has the longer story.
const TESTS = '(\\.(spec|int-spec|e2e-spec|fixtures?)\\.ts$|/testing/|^test/)';
const lib = (...names) => `^libs/(${names.join('|')})/`;
const onlyLibs = (name, allowed, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: 'error',
  from: { path: lib(name), pathNot: TESTS },
  to: { path: '^(libs|apps|test)/', pathNot: lib(name, ...allowed) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'In ES modules a cycle of decorated classes fails at start, and no part of a cycle can be understood or tested alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment:
        'Decisions have to be repeatable from the log in ten years: no library, no Node module, nothing but the domain.',
      severity: 'error',
      from: { path: lib('domain'), pathNot: TESTS },
      to: { pathNot: lib('domain') },
    },
    onlyLibs(
      'contracts',
      [],
      'The contracts are what other programs see; they must be readable and publishable without the rest.',
    ),
    onlyLibs(
      'client',
      ['contracts'],
      'The SDK runs inside the workers: it must not carry the server into them.',
    ),
    onlyLibs(
      'runtime',
      ['contracts'],
      'The runtime knows processes, not keys; it could serve any other service.',
    ),
    onlyLibs(
      'event-store',
      ['contracts', 'runtime'],
      'The log stores events without knowing what they mean.',
    ),
    onlyLibs(
      'sealing',
      ['contracts', 'runtime', 'event-store'],
      'Encryption must not depend on who may do what; of the log it reads and writes the keyring alone.',
    ),
    onlyLibs(
      'access',
      ['contracts', 'runtime', 'domain'],
      'Who may do what is decided from the token and the route; of the domain it takes the rule for ids alone.',
    ),
    onlyLibs(
      'audit',
      ['contracts', 'runtime', 'domain', 'event-store'],
      'What proves the log has to be readable by itself: of the domain it takes the names of streams alone, of the log the shape of an event.',
    ),
    onlyLibs(
      'change-log',
      ['contracts', 'runtime', 'domain', 'event-store'],
      "What other services are told is made from events, never from sealed keys or the read model; of the log it reads and writes the relay's checkpoint alone.",
    ),
    onlyLibs(
      'read-model',
      ['contracts', 'runtime', 'domain', 'event-store', 'sealing'],
      'The read model is a fold of the log; it knows neither the callers nor the change log.',
    ),
    onlyLibs(
      'history',
      ['contracts', 'runtime', 'domain', 'event-store', 'audit'],
      'The history is what the log says, in another order, and keeps the audit ledger in its file: it knows neither the callers nor any sealed key.',
    ),
    onlyLibs(
      'refusals',
      ['contracts', 'runtime', 'domain', 'event-store', 'access'],
      'Who was refused what is told from the token and the log alone: no key and no read model has a say in it.',
    ),
    {
      name: 'kafkajs-stays-in-its-adapter',
      comment:
        'It is no longer maintained: when it has to go, one folder changes. The bench measures it alone beside that.',
      severity: 'error',
      from: { pathNot: ['^libs/change-log/src/kafka/', '^test/bench/processes/raw-kafka'] },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'opentelemetry-stays-in-its-module',
      comment:
        'What gets into a trace is decided in one place, from a table; and it is loaded only where traces are on.',
      severity: 'error',
      from: { pathNot: ['^libs/runtime/src/tracing/(otel-tracing|span-queue)', TESTS] },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'no-app-imports-an-app',
      comment: 'Each app has to be deployable alone; what two of them need belongs in a library.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: ['^apps/standalone/', TESTS] },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'console-speaks-http',
      comment:
        'What the console knows it was told by the HTTP API, as any other client; the precedence alone is that of the domain.',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: TESTS },
      to: { path: '^(apps|libs)/', pathNot: ['^apps/console/', '^libs/domain/src/index\\.ts$'] },
    },
    {
      name: 'standalone-composes-modules',
      comment:
        'The single process is a composition: it may know the modules of the apps (and their settings), not their insides.',
      severity: 'error',
      from: { path: '^apps/standalone/', pathNot: TESTS },
      to: {
        path: '^apps/',
        pathNot: ['^apps/standalone/', '\\.(module|settings)\\.ts$', '/create-api-app\\.ts$'],
      },
    },
    {
      name: 'no-library-imports-an-app',
      comment: 'Libraries are below the apps.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'libraries-through-their-index',
      comment: 'Only what the index exports is promised; all else may change without notice.',
      severity: 'error',
      from: { path: '^(?:libs|apps|test)/([^/]+)/', pathNot: '^libs/contracts/src/generated/' },
      to: {
        path: '^libs/[^/]+/src/',
        pathNot: ['^libs/$1/', '^libs/[^/]+/src/((testing|lean)/)?index\\.ts$'],
      },
    },
    {
      name: 'tests-stay-tests',
      comment: 'Fixtures in production code would ship.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-development-packages',
      comment: 'A package from devDependencies is missing in the image.',
      severity: 'error',
      // The console is bundled: what it is made of is not imported any more where it is served.
      from: { path: '^(apps|libs)/', pathNot: [TESTS, '^apps/console/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead: remove it, or import it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '/main\\.tsx?$',
          '/vite\\.config\\.ts$',
          '/index\\.ts$',
          TESTS,
          '\\.d\\.ts$',
          '^libs/contracts/src/generated/',
          '\\.(yaml|json|mjs|proto|md)$',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.json', '.css'],
    },
  },
};
