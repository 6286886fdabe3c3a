// pnpm sim: a million events through the simulated world, or SIM_EVENTS of them, from seed SIM_SEED on.
// pnpm sim --coverage: how much of the engine a few seeds run, by V8's own count.
import { measureSimulation } from './measure-simulation.mjs';
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

await prepareWorkspace();
if (process.argv.includes('--coverage')) {
  measureSimulation(root);
} else {
  process.exitCode = await runProgram(
    'vitest',
    [
      ...['run', '--config', 'vitest.workspace.ts', '--project', 'runner-postgres:unit'],
      ...['packages/runner-postgres/src/simulation/simulation.test.ts', '-t', 'whatever goes wrong'],
    ],
    { cwd: root, env: { SIM_EVENTS: '1000000', ...environment } },
  );
}
