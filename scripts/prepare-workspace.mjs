// Runs on a bare Node 20, before anything is installed: no dependencies, and no syntax that is newer.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.mjs';

/** The root of the repository. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** pnpm, in the version that the workspace is made for. */
export const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const installedStamp = path.join(root, 'node_modules', '.installed-lockfile');

/** What is built and published: folders in `packages`, in the order in which one needs the other. */
export const publishedPackages = [
  'saga-core',
  'runner-postgres',
  'step-http',
  'step-grpc',
  'step-messages',
  'step-kafka',
  'step-amqp',
  'console',
];

/** What this process hands to programs: the Node of the `node` dependency and the local commands come first. */
export const environment = {
  ...process.env,
  PATH: [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter),
};

/** The packages that one in this folder runs with: those that it depends on, and those that they depend on. */
export function packagesNeededBy(folder) {
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const direct = publishedPackages.filter((name) => `@countermand/${name}` in dependencies);
  const all = direct.flatMap((name) => [name, ...packagesNeededBy(path.join(root, 'packages', name))]);
  return publishedPackages.filter((name) => all.includes(name));
}

/**
 * Installs the dependencies and builds the packages, each only where it isn't done or out of date. Ends the
 * process where one of them fails.
 */
export async function prepareWorkspace(packages = publishedPackages) {
  const lockfile = createHash('sha256')
    .update(readFileSync(path.join(root, 'pnpm-lock.yaml')))
    .digest('hex');
  if (!existsSync(installedStamp) || readFileSync(installedStamp, 'utf8') !== lockfile) {
    say('Installing dependencies (the first time takes a minute) ...');
    await mustRun('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline']);
    writeFileSync(installedStamp, lockfile);
  }
  const builds = new Map();
  for (const name of packages) {
    const needed = packagesNeededBy(path.join(root, 'packages', name));
    builds.set(name, buildAfter(Promise.all(needed.map((other) => builds.get(other))), name));
  }
  if (packages.includes('console')) builds.set('page', buildPage(path.join(root, 'packages', 'console')));
  await Promise.all(builds.values());
}

/** Builds a package where it is out of date, or one that it needs has been built, and says whether it did. */
async function buildAfter(others, name) {
  const folder = path.join(root, 'packages', name);
  // Declarations of the one are made from those of the other.
  if (!(await others).includes(true) && isBuilt(folder)) return false;
  await inTurn(async () => {
    say(`Building @countermand/${name} ...`);
    await mustRun('tsup', ['--silent'], folder);
  });
  return true;
}

const waiting = [];
let free = availableParallelism();

/** Runs it when a core is free. */
async function inTurn(run) {
  if (free > 0) free -= 1;
  else await new Promise((resolve) => waiting.push(resolve));
  await run();
  const next = waiting.shift();
  if (next) next();
  else free += 1;
}

/** The console's page: static files, of its own sources alone. */
async function buildPage(folder) {
  const page = path.join(folder, 'dist', 'app', 'index.html');
  const sources = ['browser', 'vite.config.ts'].map((name) => path.join(folder, name));
  if (existsSync(page) && Math.max(...sources.map(newestChange)) <= statSync(page).mtimeMs) return;
  await inTurn(async () => {
    say('Building the page of @countermand/console ...');
    await mustRun('vite', ['build', '--logLevel', 'error'], folder);
  });
}

function isBuilt(folder) {
  const entry = path.join(folder, 'dist', 'index.d.ts');
  if (!existsSync(entry)) return false;
  const sources = ['src', 'browser/statechart', 'package.json', 'tsup.config.ts']
    .map((name) => path.join(folder, name))
    .filter((source) => existsSync(source));
  return Math.max(...sources.map(newestChange)) <= statSync(entry).mtimeMs;
}

/** When a file, or anything in a folder, was last changed; a folder itself changes when files come and go. */
function newestChange(file) {
  const stats = statSync(file);
  if (!stats.isDirectory()) return /\.test(-d)?\.ts$/.test(file) ? 0 : stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(file).map((name) => newestChange(path.join(file, name))));
}

async function mustRun(program, args, cwd = root) {
  const code = await runProgram(program, args, { cwd, env: environment });
  if (code === 0) return;
  say(`Failed: ${[program, ...args].join(' ')} (exit code ${code})`);
  process.exit(code);
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepareWorkspace();
