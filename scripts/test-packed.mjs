// pnpm test:packed: installs the packed packages with npm into an empty folder outside of the repository, as a user
// would, runs programs there against a PostgreSQL, and follows the tutorial from its text.
//   --node 22,24,26          with each of these versions of Node; the one of the workspace by default. What could differ
//                            between them is done with each; the tutorial, and paths with a crash at every step, with
//                            the workspace's, or the first where that isn't among them
//   --postgres 15,16,17,18   the quickstart on each of these versions of PostgreSQL too
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '@countermand/dev-postgres';
import { consolePrograms, consoleTypes } from './console-programs.mjs';
import { followPage } from './follow-page.mjs';
import { freePort } from './free-port.mjs';
import { installNode } from './install-node.mjs';
import { installPostgres } from './install-postgres.mjs';
import { packPackages } from './pack-packages.mjs';
import { environment, publishedPackages, root } from './prepare-workspace.mjs';
import { runChecks } from './run-checks.mjs';
import { runQuietly } from './run-quietly.mjs';

const quickstart = path.join(root, 'examples', 'quickstart');
const manifestOf = (...folder) =>
  JSON.parse(readFileSync(path.join(root, ...folder, 'package.json'), 'utf8'));

/** What a user installs beside our packages, in the versions that are tested here. */
const { xstate, zod } = manifestOf('packages', 'saga-core').devDependencies;
const { typescript, vitest, '@types/node': nodeTypes } = manifestOf().devDependencies;
const { '@opentelemetry/api': openTelemetry } = manifestOf('packages', 'runner-postgres').devDependencies;
const pinned = {
  xstate,
  zod,
  typescript,
  vitest,
  '@types/node': nodeTypes,
  '@opentelemetry/api': openTelemetry,
};
const withVersion = (name) => `${name}@${pinned[name]}`;

/** The specifiers of every entry point, as a user writes them. */
const entryPoints = publishedPackages.flatMap((name) => {
  const manifest = manifestOf('packages', name);
  return Object.keys(manifest.exports).map((entry) => manifest.name + entry.slice(1));
});

const listed = (flag) => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? [] : process.argv[at + 1].split(',');
};
/** With a test framework that isn't ours, of which `pathTests` needs three functions. */
const walkPaths = (variants) => `
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { postgresHost } from '@countermand/runner-postgres/testing';
import { pathTests } from '@countermand/saga-core/testing';
import { placeOrderSaga } from './place-order-saga.ts';

const expect = (value) => ({ toEqual: (expected) => assert.deepEqual(value, expected) });
const host = postgresHost({ databaseUrl: process.env.DATABASE_URL });
const paths = pathTests({ describe, it, expect }, host, placeOrderSaga, { variants: ${JSON.stringify(variants)} });
after(() => assert.ok(paths.coverage().taken.length > 0));
`;

const temporary = mkdtempSync(path.join(os.tmpdir(), 'countermand-packed-'));
const server = await startPostgres({ dataDir: `${temporary}-data`, settings: { fsync: 'off' } });
const tarballs = {};

/** TypeScript that Node runs as it is. */
const typeScript = {
  compilerOptions: {
    ...{ target: 'es2023', module: 'nodenext', strict: true, noEmit: true, types: ['node'] },
    ...{ allowImportingTsExtensions: true, verbatimModuleSyntax: true, skipLibCheck: true },
  },
  include: ['sagas'],
};

/** Lets `use` have a PostgreSQL of its own. */
async function withPostgres(name, use) {
  const own = await startPostgres({ dataDir: `${temporary}-${name}`, settings: { fsync: 'off' } });
  try {
    await use(own.url);
  } finally {
    await own.stop();
    rmSync(own.dataDir, { recursive: true, force: true });
  }
}

function checksWith(bin, suffix, isWhole) {
  const project = path.join(temporary, `project${suffix.replaceAll(/\W/g, '')}`);
  const env = {
    ...environment,
    PATH: [bin, environment.PATH].join(path.delimiter),
    DATABASE_URL: server.url,
  };
  const countermand = path.join(project, 'node_modules', '.bin', 'countermand');
  const run = (program, ...args) => runQuietly(program, args, { cwd: project, env });
  // Users have the one or the other.
  const compiler = path.join(root, 'node_modules', isWhole ? 'typescript' : 'typescript-7', 'bin', 'tsc');
  return {
    [`npm installs the packed packages into an empty folder${suffix}`]: async () => {
      mkdirSync(project);
      writeFileSync(path.join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
      const ours = publishedPackages.map((name) => tarballs[name]);
      // The last is an optional peer, of one entry point.
      const others = ['xstate', 'zod', '@types/node', '@opentelemetry/api'].map(withVersion);
      await run('npm', 'install', '--no-audit', '--no-fund', ...ours, ...others);
    },
    [`every entry point can be imported${suffix}`]: async () => {
      const lines = entryPoints.map(
        (name, n) => `import * as e${n} from '${name}'; if (!Object.keys(e${n}).length) throw e${n};`,
      );
      writeFileSync(path.join(project, 'import.mjs'), lines.join('\n'));
      await run('node', 'import.mjs');
    },
    [`every entry point can be required${suffix}`]: async () => {
      const lines = entryPoints.map(
        (name) => `if (!Object.keys(require('${name}')).length) throw new Error('${name}');`,
      );
      writeFileSync(path.join(project, 'require.cjs'), lines.join('\n'));
      await run('node', 'require.cjs');
    },
    [`the countermand command runs${suffix}`]: () => run(countermand, '--help'),
    [`countermand init adds a saga that is sound, compiles, and whose test passes${suffix}`]: async () => {
      writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(typeScript));
      await run(countermand, 'init', 'place-order');
      await run('node', compiler, '-p', project);
      await run('node', '--test', 'sagas/place-order-saga.test.ts');
      await run(countermand, 'check', 'sagas/place-order-saga.ts');
      rmSync(path.join(project, 'tsconfig.json'));
    },
    [`the paths of a saga are walked on the PostgreSQL${suffix}`]: async () => {
      writeFileSync(
        path.join(project, 'sagas', 'paths.test.mjs'),
        walkPaths(isWhole ? ['once', 'crash'] : ['once']),
      );
      await run('node', '--test', 'sagas/paths.test.mjs');
    },
    [`countermand migrate makes tables that the other commands find${suffix}`]: async () => {
      await run(countermand, 'migrate');
      await run(countermand, 'list');
    },
    [`the console has its page and the licences of what that is made of, and answers${suffix}`]: async () => {
      for (const [file, text] of Object.entries(consolePrograms)) {
        writeFileSync(path.join(project, file), text);
        await run('node', file);
      }
      const read = (...file) =>
        readFileSync(path.join(project, 'node_modules', '@countermand', 'console', ...file), 'utf8');
      const licences = read('dist', 'app', 'third-party-licenses.md');
      for (const text of ['elkjs', 'Eclipse Public License - v 2.0', 'preact', 'MIT'])
        if (!licences.includes(text)) throw new Error(`third-party-licenses.md does not have '${text}'`);
      const source = 'https://github.com/kieler/elkjs';
      if (!read('NOTICE').includes(source)) throw new Error(`NOTICE does not have ${source}`);
    },
    [`the types of the console resolve, and compile${suffix}`]: async () => {
      mkdirSync(path.join(project, 'console'));
      writeFileSync(path.join(project, 'console', 'console.ts'), consoleTypes);
      const config = path.join(project, 'console', 'tsconfig.json');
      writeFileSync(config, JSON.stringify({ ...typeScript, include: ['.'] }));
      await run('node', compiler, '-p', config);
    },
    [`the quickstart is sound, and runs${suffix}`]: async () => {
      for (const file of ['trip.ts', 'index.ts'])
        cpSync(path.join(quickstart, file), path.join(project, file));
      await run(countermand, 'check', 'trip.ts');
      await run('node', 'index.ts');
    },
    ...(isWhole && tutorial(env, suffix)),
  };
}

function tutorial(env, suffix) {
  return {
    [`the tutorial can be followed, word by word${suffix}`]: async () => {
      const folder = path.join(temporary, `tutorial${suffix.replaceAll(/\W/g, '')}`);
      mkdirSync(folder);
      const PORT = String(await freePort());
      // npm sets these for what it runs, and hands them on: the reader's npm would be told where this one works.
      const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_/i.test(name)));
      await withPostgres(`tutorial${suffix.replaceAll(/\W/g, '')}`, (DATABASE_URL) =>
        followPage(path.join(root, 'docs', 'tutorial.md'), {
          folder,
          env: { ...own, DATABASE_URL, PORT, NO_COLOR: '1' },
          rewrite: packed,
        }),
      );
    },
  };
}

/** A command that installs, with the packed packages and the versions that are tested here. */
function packed(command) {
  if (!command.startsWith('npm install')) return command;
  const words = command.split(' ').map((word) => {
    const [, ours] = /^@countermand\/(.+)$/.exec(word) ?? [];
    if (ours) return tarballs[ours];
    return pinned[word] ? withVersion(word) : word;
  });
  return [...words, '--no-audit', '--no-fund'].join(' ');
}

function checkOnPostgres(major) {
  return async () => {
    const binaries = process.env.POSTGRES_PACKAGE;
    process.env.POSTGRES_PACKAGE = await installPostgres(major);
    const [node] = listed('--node');
    const folder = path.join(temporary, node === undefined ? 'project' : `projectNode${node}`);
    try {
      await withPostgres(`postgres-${major}`, (DATABASE_URL) =>
        runQuietly('node', ['index.ts'], { cwd: folder, env: { ...environment, DATABASE_URL } }),
      );
    } finally {
      if (binaries === undefined) delete process.env.POSTGRES_PACKAGE;
      else process.env.POSTGRES_PACKAGE = binaries;
    }
  };
}

try {
  const nodes = listed('--node');
  const checks = {
    'the packages can be packed': async () => void Object.assign(tarballs, await packPackages(temporary)),
  };
  if (nodes.length === 0)
    Object.assign(checks, checksWith(path.join(root, 'node_modules', '.bin'), '', true));
  const [own] = process.versions.node.split('.');
  const whole = nodes.includes(own) ? own : nodes[0];
  for (const major of nodes)
    Object.assign(checks, checksWith(await installNode(major), ` (Node ${major})`, major === whole));
  for (const major of listed('--postgres'))
    checks[`the quickstart runs on PostgreSQL ${major}`] = checkOnPostgres(major);
  await runChecks(checks);
} finally {
  await server.stop();
  rmSync(temporary, { recursive: true, force: true });
  rmSync(server.dataDir, { recursive: true, force: true });
}
