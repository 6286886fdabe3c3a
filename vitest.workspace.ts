import { existsSync, globSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** The condition under which a workspace package's `exports` lead to its sources: tests need no build. */
const conditions = ['@countermand/source', 'node', 'development|production'];
const globalSetup = path.resolve('packages/dev-postgres/src/vitest-global-setup.ts');
/** Says which tests were skipped for want of a broker. */
const brokers = path.resolve('packages/dev-brokers/src/vitest-global-setup.ts');
const exclude = ['**/node_modules/**', '**/dist/**'];

/** What a test may count on, and how long it may take, follows from the name of its file. */
const kinds = {
  unit: {
    include: ['**/*.test.ts'],
    exclude: [...exclude, '**/*.pg.test.ts', '**/*.e2e.test.ts'],
    // Long enough for a machine with other work: a test that hangs is ended all the same.
    testTimeout: 60_000,
    // They leave nothing behind, so that a worker needn't load what they test anew for each file.
    isolate: false,
  },
  pg: { include: ['**/*.pg.test.ts'], exclude, globalSetup, testTimeout: 120_000, hookTimeout: 120_000 },
  e2e: {
    include: ['**/*.e2e.test.ts'],
    exclude,
    globalSetup: [globalSetup, brokers],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

const inFolders = ['packages', 'examples'].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((root) => existsSync(path.join(root, 'package.json')))
    // A workspace of its own, run by `pnpm test:recipes`.
    .filter((root) => root !== path.join('examples', 'recipes')),
);
const packages = [...inFolders, 'chaos', 'bench'];

const projects = packages.flatMap((root) =>
  Object.entries(kinds)
    .filter(
      ([, { include, exclude: without }]) => globSync(include, { cwd: root, exclude: without }).length > 0,
    )
    .map(
      ([kind, test]): TestProjectInlineConfiguration => ({
        root,
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          ...test,
          name: `${path.basename(root)}:${kind}`,
          root,
          expect: { poll: { timeout: 30_000 } },
        },
      }),
    ),
);

/** Type tests: one run of the compiler over all of them, so that they share its cost. */
const types: TestProjectInlineConfiguration = {
  test: {
    name: 'types',
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: ['{packages,examples}/*/src/**/*.test-d.ts'],
      // The rest is for `pnpm verify`: here only type tests are compiled, with what they import, and fail.
      tsconfig: 'tsconfig.type-tests.json',
      ignoreSourceErrors: true,
    },
  },
};

export default defineConfig({
  test: {
    projects:
      globSync('{packages,examples}/*/src/**/*.test-d.ts').length > 0 ? [...projects, types] : projects,
    passWithNoTests: true,
    // Tests of whole processes mostly wait for them: twice the cores is what keeps the cores busy.
    maxWorkers: Math.max(4, 2 * availableParallelism()),
  },
});
