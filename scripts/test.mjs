// npm test: installs and builds what is missing, then runs every test; arguments go to vitest.
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

await prepareWorkspace();
process.exitCode = await runProgram(
  'vitest',
  ['run', '--config', 'vitest.workspace.ts', ...process.argv.slice(2)],
  {
    cwd: root,
    env: environment,
  },
);
