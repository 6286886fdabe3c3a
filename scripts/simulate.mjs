// pnpm sim: a million events through the simulated world, or SIM_EVENTS of them, from seed SIM_SEED on, by as many
// processes as there are cores, or SIM_PROCESSES. --report FILE writes what came of it for .ci/run.
// pnpm sim --coverage: how much of the engine a few seeds run, by V8's own count.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { measureSimulation } from './measure-simulation.mjs';
import { environment, prepareWorkspace, root } from './prepare-workspace.mjs';

const folder = path.join(root, 'packages/runner-postgres');
const {
  SIM_EVENTS = '1000000',
  SIM_SEED = '1',
  SIM_PROCESSES = String(availableParallelism()),
} = process.env;

await prepareWorkspace();
if (process.argv.includes('--coverage')) measureSimulation(root);
else process.exitCode = await simulateInProcesses();

async function simulateInProcesses() {
  const { bundle, Totals } = await bundled();
  // A single seed again, or a handful of events, is work for one.
  const processes = Number(SIM_EVENTS) < 1_000 ? 1 : Number(SIM_PROCESSES);
  const startedAt = performance.now();
  const shares = await Promise.all(
    Array.from({ length: processes }, (_, index) => runShare(bundle, processes, index)),
  );
  const totals = new Totals();
  for (const share of shares) totals.merge(share);
  const isLong = Number(SIM_EVENTS) >= 1_000;
  const missing = isLong ? totals.missing : [];
  process.stdout.write(`${totals.describe(performance.now() - startedAt)}\n`);
  for (const name of missing) process.stdout.write(`a run without '${name}' has shown nothing\n`);
  const failed = totals.violations.length + missing.length > 0;
  const report = process.argv[process.argv.indexOf('--report') + 1];
  if (process.argv.includes('--report'))
    writeFileSync(report, JSON.stringify({ passed: failed ? 0 : 1, failed: failed ? 1 : 0 }));
  return failed ? 1 : 0;
}

async function runShare(bundle, processes, index) {
  const child = spawn('node', [bundle], {
    cwd: folder,
    env: {
      ...environment,
      SIM_SEED: String(Number(SIM_SEED) + index),
      SIM_STRIDE: String(processes),
      SIM_EVENTS: String(Math.ceil(Number(SIM_EVENTS) / processes)),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const said = await text(child.stdout);
  const code = await ended;
  if (code !== 0) throw new Error(`a process of the simulation ended with exit code ${code}`);
  return JSON.parse(said);
}

/** One file without types: that runs twice as fast as the sources do through a loader. */
async function bundled() {
  const { build } = await import('tsup');
  const outDir = path.join(folder, 'node_modules', '.simulation');
  const of = (name) => path.join(folder, 'src', 'simulation', `${name}.ts`);
  await build({
    entry: { 'run-seeds': of('run-seeds'), totals: of('totals') },
    ...{ outDir, config: false, silent: true, format: 'esm', target: 'node22', clean: true, dts: false },
    noExternal: [/^@countermand\//, 'xstate', 'zod'],
    outExtension: () => ({ js: '.mjs' }),
    esbuildOptions: (options) => {
      options.conditions = ['@countermand/source'];
    },
  });
  const { Totals } = await import(pathToFileURL(path.join(outDir, 'totals.mjs')).href);
  return { bundle: path.join(outDir, 'run-seeds.mjs'), Totals };
}
