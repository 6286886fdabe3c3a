const tests = '\\.(test|test-d)\\.ts$|/test-support/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that need each other can only be read together. Imports of types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'unresolvable',
      comment: 'A path that leads nowhere hides what the other rules would say about it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'core-is-pure',
      comment: 'Decisions are repeated and proved, so the core knows no clock, no file and no network.',
      severity: 'error',
      from: { path: '^packages/saga-core/src/', pathNot: '\\.(test|test-d)\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-needs-only-xstate-and-zod',
      comment:
        'Whoever installs the core installs what it imports: a statechart and a schema library, no more.',
      severity: 'error',
      from: { path: '^packages/saga-core/src/', pathNot: tests },
      to: { pathNot: ['^packages/saga-core/src/', '(^|/)node_modules/(xstate|zod)/'] },
    },
    {
      name: 'runner-imports-the-core-by-its-name',
      comment:
        'The runner gets what every user of the core gets; a need for more shows in the public surface.',
      severity: 'error',
      from: { path: '^packages/runner-postgres/src/' },
      to: {
        path: '^packages/saga-core/',
        pathNot: '^packages/saga-core/src/(index|order/index|testing/index)\\.ts$',
      },
    },
    {
      name: 'transports-know-public-names-only',
      comment: 'A transport of a user can be written as ours are: with what the core exports.',
      severity: 'error',
      from: { path: '^packages/step-([^/]+)/src/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/step-$1/',
          '^packages/(saga-core/src/(index|order/index|testing/index)|[^/]+/src/index|test-kit/src/[^/]+)\\.ts$',
        ],
      },
    },
    {
      name: 'sql-in-one-folder',
      comment: 'Every lock and every statement is found in db/, and nowhere else.',
      severity: 'error',
      from: { path: '^packages/runner-postgres/src/', pathNot: ['^packages/runner-postgres/src/db/', tests] },
      to: { path: '(^|/)node_modules/(kysely|pg|@types/pg)/' },
    },
    {
      name: 'pg-boss-in-one-file',
      comment: 'The queue only delivers wake-ups: what replaces it one day is one file.',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: ['^packages/runner-postgres/src/queue/pg-boss-queue\\.ts$', tests],
      },
      to: { path: '(^|/)node_modules/pg-boss/' },
    },
    {
      name: 'examples-use-public-names',
      comment: 'An example shows what a user can do, and a user has no sources to reach into.',
      severity: 'error',
      from: { path: '^examples/' },
      to: {
        path: '^packages/',
        pathNot:
          '^packages/(saga-core/src/(index|order/index|testing/index)|runner-postgres/src/(opentelemetry|testing)/index|console/browser/statechart/index|[^/]+/src/(index|vitest-global-setup))\\.ts$',
      },
    },
    {
      name: 'packages-know-no-examples',
      comment: 'What is published must not lean on what is only shown.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^examples/' },
    },
    {
      name: 'what-is-measured-knows-no-bench',
      comment: 'Whoever is measured must not behave differently for it.',
      severity: 'error',
      from: { path: '^(packages|examples)/' },
      to: { path: '^bench/' },
    },
    {
      name: 'development-stays-out-of-what-is-published',
      comment: 'The private packages exist in this repository only.',
      severity: 'error',
      from: { path: '^packages/(saga-core|runner-postgres|step-[^/]+)/src/', pathNot: tests },
      to: { path: '^packages/(dev-postgres|dev-brokers|test-kit)/' },
    },
    {
      name: 'no-inner-barrels',
      comment:
        'An index file is an entry point. Inside a package a name is imported from the file that has it.',
      severity: 'error',
      // A test may look at its own package as users do.
      from: { path: '^(packages|examples)/([^/]+)/', pathNot: tests },
      to: { path: '^$1/$2/.*/index\\.ts$' },
    },
    {
      name: 'no-tests-in-code',
      comment: 'What runs must not depend on what checks it.',
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: tests },
      to: { path: '\\.(test|test-d)\\.ts$' },
    },
    {
      name: 'no-undeclared-packages',
      comment: "A package that isn't in package.json is there by luck.",
      severity: 'error',
      // What tests and builds run on is declared once, at the root.
      from: { path: '^(packages|examples)/', pathNot: [tests, '\\.config\\.ts$'] },
      to: {
        pathNot: '^(packages|examples)/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'],
      },
    },
    {
      name: 'no-buckets',
      comment: 'A file is named after what it holds; these names hold anything.',
      severity: 'error',
      from: {},
      to: {
        path: '(^|/)(utils?|helpers?|common|lib|types|constants|misc|shared)(\\.ts|/)',
        pathNot: 'node_modules',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|examples)/[^/]+/dist/|^examples/recipes/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@countermand/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.d.ts'],
    },
  },
};
