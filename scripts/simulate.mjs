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

/** What a process runs before another takes its place, which has its code to compile first. */
const SEEDS_AT_A_TIME = 200;
/** Applied events of a seed, about: near the end the processes take fewer seeds, so that they end together. */
const EVENTS_OF_A_SEED = 1_300;
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
  const isLong = Number(SIM_EVENTS) >= 1_000;
  // A single seed again is work for one.
  const lanes = isLong ? Number(SIM_PROCESSES) : 1;
  const startedAt = performance.now();
  const totals = new Totals();
  let next = Number(SIM_SEED);
  let underWay = 0;
  const lane = async () => {
    while (totals.applied < Number(SIM_EVENTS) && totals.violations.length === 0) {
      const missing = Number(SIM_EVENTS) - totals.applied - underWay * EVENTS_OF_A_SEED;
      const share = Math.ceil(missing / EVENTS_OF_A_SEED / lanes);
      const seeds = isLong ? Math.min(SEEDS_AT_A_TIME, Math.max(1, share)) : 1;
      const first = next;
      next += seeds;
      underWay += seeds;
      totals.merge(await runSeeds(bundle, first, seeds));
      underWay -= seeds;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const missing = isLong ? totals.missing : [];
  process.stdout.write(`${totals.describe(performance.now() - startedAt)}\n`);
  for (const name of missing) process.stdout.write(`a run without '${name}' has shown nothing\n`);
  const failed = totals.violations.length + missing.length > 0;
  const report = process.argv[process.argv.indexOf('--report') + 1];
  if (process.argv.includes('--report'))
    writeFileSync(report, JSON.stringify({ passed: failed ? 0 : 1, failed: failed ? 1 : 0 }));
  return failed ? 1 : 0;
}

async function runSeeds(bundle, first, count) {
  // Most of what it makes is soon forgotten: with more room for that it is collected less often.
  const child = spawn('node', ['--max-semi-space-size=32', bundle], {
    cwd: folder,
    env: { ...environment, SIM_SEED: String(first), SIM_SEEDS: String(count) },
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
