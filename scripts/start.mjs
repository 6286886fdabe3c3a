// npm start: installs and builds what is missing, then runs the checkout server; `node scripts/start.mjs NAME` runs
// another of the examples, and `node scripts/start.mjs NAME SCRIPT` another script of its package.json.
// (The script in package.json begins with `exec`, because the shell between npm and this file would die of a signal
// that npm passes on, and this file never hear of it. Windows has no `exec`, and no such signals.)
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { environment, packagesNeededBy, prepareWorkspace, root } from './prepare-workspace.mjs';
import { runProgram } from './run-program.mjs';

const [name = 'checkout-server', script = 'start'] = process.argv.slice(2);
const folder = path.join(root, 'examples', name);
await prepareWorkspace(packagesNeededBy(folder));

// In development the page of the checkout server lets people kill its worker, which is then a process of its own.
const isShop = name === 'checkout-server' && script === 'start';
const isAlone = !isShop || environment.NODE_ENV === 'production' || environment.ROLE;
const settings = isAlone ? {} : { WORKER_PROCESS: environment.WORKER_PROCESS ?? 'true' };
const { scripts } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
// Replaces the shell, so that signals reach the server itself and not a shell that would keep them.
const command = process.platform === 'win32' ? scripts[script] : `exec ${scripts[script]}`;
const bin = path.join(folder, 'node_modules', '.bin');
process.exitCode = await runProgram(command, [], {
  cwd: folder,
  env: { ...environment, ...settings, PATH: [bin, environment.PATH].join(path.delimiter) },
  shell: true,
});
