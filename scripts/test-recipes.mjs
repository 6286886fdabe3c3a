// pnpm test:recipes: the recipes, with the libraries and frameworks that they are about. Those are a workspace of their
// own in examples/recipes, installed by the first run: a newcomer's install is none the larger for them.
import path from 'node:path';
import { environment, packageManager, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runChecks } from './run-checks.mjs';
import { runQuietly } from './run-quietly.mjs';

const recipes = path.join(root, 'examples', 'recipes');
const env = {
  ...environment,
  PATH: [path.join(recipes, 'node_modules', '.bin'), environment.PATH].join(path.delimiter),
  // Prisma would download an engine for migrations, which nothing here uses: any program will do in its place.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
  NEXT_TELEMETRY_DISABLED: '1',
};
const run = (program, ...args) => runQuietly(program, args, { cwd: recipes, env });

await prepareWorkspace();
await runChecks({
  'the libraries and frameworks are installed': () =>
    run('npx', '--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'),
  "Prisma's client is generated": () => run('prisma', 'generate', '--schema', 'prisma/schema.prisma'),
  'the Next application is built': () => run('next', 'build', 'next-app'),
  'types of the recipes': () => run('tsc', '--noEmit', '--checkers', '1', '-p', 'tsconfig.json'),
  'tests of the recipes': () => run('vitest', 'run', '--config', 'vitest.config.ts'),
});
