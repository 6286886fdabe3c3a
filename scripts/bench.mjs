// pnpm bench, pnpm bench:full: installs what is compared, in a workspace of its own, and measures.
import path from 'node:path';
import { checkDocs } from './generate-docs.mjs';
import { environment, packageManager, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

await prepareWorkspace();
const install = [
  '--yes',
  packageManager,
  'install',
  '--frozen-lockfile',
  '--prefer-offline',
  '--reporter=append-only',
];
process.exitCode = await runProgram('npx', install, {
  cwd: path.join(root, 'bench', 'peers'),
  env: environment,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const args = process.argv.slice(2);
if (process.exitCode === 0) {
  const measure = ['bench/src/main.ts', ...args];
  process.exitCode = await runProgram('node', measure, { cwd: root, env: environment });
}
if (process.exitCode === 0 && args.includes('--full')) await checkDocs({ write: true });
