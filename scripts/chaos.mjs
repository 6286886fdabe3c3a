// pnpm chaos: whole processes of the checkout example under faults, judged by their books. --long for the long counts,
// --bite to see that it catches what it should.
import path from 'node:path';
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

await prepareWorkspace();
const main = path.join(root, 'chaos', 'src', 'main.ts');
process.exitCode = await runProgram(
  'node',
  ['--conditions=@countermand/source', '--import', 'tsx', main, ...process.argv.slice(2)],
  { cwd: path.join(root, 'chaos'), env: environment },
);
