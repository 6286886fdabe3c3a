// pnpm check:time: how long the check of the order lifecycle takes, by the number of payments: CPU time of the one thread
// that does it, in a fresh process. Fails where the median of an order with one or two payments is over its limit; three
// are for the record.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environment, prepareWorkspace } from './prepare-workspace.mjs';

const LIMIT_MS = 2_000;
const RUNS = 5;
const payments = Number(process.argv[2] ?? 0);

if (payments > 0) await checkOnce(payments);
else await measureAll();

/** In a process of its own: prints what was explored, and the CPU time that it took. */
async function checkOnce(count) {
  const { checkSaga } = await import('../packages/saga-core/dist/index.js');
  const { createOrderSaga, orderCheck } = await import('../packages/saga-core/dist/order.js');
  const saga = { ...createOrderSaga(), check: orderCheck(count) };
  const before = process.threadCpuUsage();
  const { sound, explored } = checkSaga(saga);
  const { user, system } = process.threadCpuUsage(before);
  process.stdout.write(JSON.stringify({ sound, explored, ms: (user + system) / 1_000 }));
}

async function measureAll() {
  await prepareWorkspace();
  let isTooSlow = false;
  for (const count of [1, 2, 3]) {
    const runs = Array.from({ length: RUNS }, () =>
      JSON.parse(execFileSync('node', [fileURLToPath(import.meta.url), String(count)], { env: environment })),
    );
    const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
    const median = times[Math.floor(RUNS / 2)];
    const [{ sound, explored }] = runs;
    const isOver = count < 3 && (median > LIMIT_MS || !sound);
    isTooSlow ||= isOver;
    const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;
    console.log(
      `${count} payment${count === 1 ? ' ' : 's'}: ${sound ? 'sound' : 'not sound'}, ${explored.states} states, ` +
        `${explored.transitions} transitions, median ${seconds(median)} of CPU time ` +
        `(${seconds(times[0])} to ${seconds(times.at(-1))}, ${RUNS} runs)${isOver ? `: over ${seconds(LIMIT_MS)}` : ''}`,
    );
  }
  process.exitCode = isTooSlow ? 1 : 0;
}
