// pnpm sim: a million events through the simulated world, or SIM_EVENTS of them, from seed SIM_SEED on, by as many
// processes as there are cores, or SIM_PROCESSES. --report FILE writes what came of it for .ci/run.
// pnpm sim --coverage: how much of the engine a few seeds run, by V8's own count; fails where that is less than 90 %.
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureSimulation } from './measure-simulation.mjs';
import { prepareWorkspace, root } from './prepare-workspace.mjs';
import { SeedRunner } from './seed-runner.mjs';

/** What a process is sent at once: more than one, so that it seldom waits for the next. */
const SEEDS_AT_A_TIME = 8;
/** Applied events of a seed, about: near the end the processes take fewer seeds, so that they end together. */
const EVENTS_OF_A_SEED = 1_300;
const folder = path.join(root, 'packages/runner-postgres');
const {
  SIM_EVENTS = '1000000',
  SIM_SEED = '1',
  SIM_PROCESSES = String(availableParallelism()),
} = process.env;

await prepareWorkspace();
if (process.argv.includes('--coverage')) process.exitCode = measureSimulation(root);
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
  const share = () => {
    const missing = Number(SIM_EVENTS) - totals.applied - underWay * EVENTS_OF_A_SEED;
    const seeds = Math.ceil(missing / EVENTS_OF_A_SEED / lanes);
    return isLong ? Math.min(SEEDS_AT_A_TIME, Math.max(1, seeds)) : 1;
  };
  const lane = async () => {
    const worker = new SeedRunner(bundle, folder);
    while (totals.applied < Number(SIM_EVENTS) && totals.violations.length === 0) {
      const count = share();
      const first = next;
      next += count;
      underWay += count;
      totals.merge(await worker.run(first, count));
      underWay -= count;
    }
    worker.end();
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
