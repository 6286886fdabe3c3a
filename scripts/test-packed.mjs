// pnpm test:packed: installs the packed packages with npm into an empty folder outside of the repository, as a
// user would, and runs programs there against a PostgreSQL.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '@countermand/dev-postgres';
import { packPackages } from './pack-packages.mjs';
import { environment, publishedPackages, root } from './prepare-workspace.mjs';
import { runChecks } from './run-checks.mjs';
import { runQuietly } from './run-quietly.mjs';

const quickstart = path.join(root, 'examples', 'quickstart');
const manifestOf = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** Beside our own packages: what the quickstart depends on, in the versions that are tested here. */
function dependencies() {
  const core = manifestOf(path.join(root, 'packages', 'saga-core'));
  const ofQuickstart = existsSync(path.join(quickstart, 'package.json'))
    ? manifestOf(quickstart).dependencies
    : {};
  const all = { xstate: core.devDependencies.xstate, zod: core.devDependencies.zod, ...ofQuickstart };
  return Object.entries(all)
    .filter(([, version]) => !version.startsWith('workspace:'))
    .map(([name, version]) => `${name}@${version}`);
}

/** The specifiers of every entry point, as a user writes them. */
const entryPoints = publishedPackages.flatMap((name) => {
  const manifest = manifestOf(path.join(root, 'packages', name));
  return Object.keys(manifest.exports).map((entry) => manifest.name + entry.slice(1));
});

const temporary = mkdtempSync(path.join(os.tmpdir(), 'countermand-packed-'));
const project = path.join(temporary, 'project');
const node = path.join(root, 'node_modules', '.bin', 'node');
const countermand = path.join(project, 'node_modules', '.bin', 'countermand');
/** TypeScript that Node runs as it is. */
const typeScript = {
  compilerOptions: {
    ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
    ...{ allowImportingTsExtensions: true, verbatimModuleSyntax: true, skipLibCheck: true },
  },
  include: ['sagas'],
};
const server = await startPostgres({ dataDir: `${temporary}-data`, settings: { fsync: 'off' } });
const env = { ...environment, DATABASE_URL: server.url };
const run = (program, ...args) => runQuietly(program, args, { cwd: project, env });

try {
  const checks = {
    'npm installs the packed packages into an empty folder': async () => {
      const tarballs = await packPackages(temporary);
      mkdirSync(project);
      writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
      const ours = publishedPackages.map((name) => tarballs[name]);
      const types = `@types/node@${manifestOf(root).devDependencies['@types/node']}`;
      const runner = manifestOf(path.join(root, 'packages', 'runner-postgres'));
      // An optional peer, of one entry point.
      const api = `@opentelemetry/api@${runner.devDependencies['@opentelemetry/api']}`;
      await run('npm', 'install', '--no-audit', '--no-fund', ...ours, ...dependencies(), types, api);
    },
    'every entry point can be imported': async () => {
      const lines = entryPoints.map(
        (name, n) => `import * as e${n} from '${name}'; if (!Object.keys(e${n}).length) throw e${n};`,
      );
      writeFileSync(path.join(project, 'import.mjs'), lines.join('\n'));
      await run(node, 'import.mjs');
    },
    'every entry point can be required': async () => {
      const lines = entryPoints.map(
        (name) => `if (!Object.keys(require('${name}')).length) throw new Error('${name}');`,
      );
      writeFileSync(path.join(project, 'require.cjs'), lines.join('\n'));
      await run(node, 'require.cjs');
    },
    'the countermand command runs': () => run(countermand, '--help'),
    'countermand init adds a saga that is sound, compiles, and whose test passes': async () => {
      writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(typeScript));
      await run(countermand, 'init', 'place-order');
      await run(node, path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project);
      await run(node, '--test', 'sagas/place-order-saga.test.ts');
      await run(countermand, 'check', 'sagas/place-order-saga.ts');
      rmSync(path.join(project, 'tsconfig.json'));
    },
    'countermand migrate makes tables that the other commands find': async () => {
      await run(countermand, 'migrate');
      await run(countermand, 'list');
    },
  };
  if (existsSync(path.join(quickstart, 'index.ts'))) {
    checks['the quickstart runs'] = async () => {
      cpSync(path.join(quickstart, 'index.ts'), path.join(project, 'index.ts'));
      await run(node, 'index.ts');
    };
  }
  await runChecks(checks);
} finally {
  await server.stop();
  rmSync(temporary, { recursive: true, force: true });
  rmSync(server.dataDir, { recursive: true, force: true });
}
