// pnpm console:million: how fast the console is over a million sagas, measured in a real browser.
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

await prepareWorkspace(['saga-core', 'runner-postgres', 'console']);
const measure = ['bench/src/million/main.ts', ...process.argv.slice(2)];
process.exitCode = await runProgram('node', measure, { cwd: root, env: environment });
