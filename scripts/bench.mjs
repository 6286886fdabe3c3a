// pnpm bench, pnpm bench:full: installs what is compared, in a workspace of its own, and measures.
import path from 'node:path';
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
if (process.exitCode === 0) {
  process.exitCode = await runProgram('node', ['bench/src/main.ts', ...process.argv.slice(2)], {
    cwd: root,
    env: environment,
  });
}
