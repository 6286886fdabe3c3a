import { writeFileSync } from 'node:fs';
import type { ShopBuild } from './build/build-shop.ts';
import { castOf } from './cast.ts';
import { pollingVerdict, verdictsOf } from './judge/verdicts.ts';
import type { Options } from './options.ts';
import { hasPgBouncer } from './processes/pgbouncer.ts';
import { runWorld } from './run-world.ts';

const LOAD = { perSecond: 8, mostUnfinished: 60 };

/** One world for all plans, judged at its end. @returns the exit code */
export async function runSmall(build: ShopBuild, options: Options): Promise<number> {
  const { seed, plans, isWhole, count, isVerbose, keep, report, flaw } = options;
  const since = performance.now();
  say(`chaos, seed ${seed}`);
  const outcome = await runWorld({
    ...{ build, seed, say, isVerbose, keep, load: LOAD },
    ...castOf(say),
    ...(flaw && { env: { CHAOS_FLAW: flaw } }),
    plans: plans.map((plan) => ({ plan, count: count ?? plan.counts.small })),
  });
  const verdicts = [
    ...verdictsOf(outcome, isWhole),
    ...(hasPgBouncer() ? [pollingVerdict(outcome.signs)] : []),
  ];
  for (const { name, problems } of verdicts) {
    say(`${problems.length === 0 ? 'ok     ' : 'FAILED '} ${name}`);
    for (const problem of problems.slice(0, 20)) say(`        ${problem}`);
  }
  const failed = verdicts.filter(({ problems }) => problems.length > 0).length;
  const minutes = ((performance.now() - since) / 60_000).toFixed(1);
  say(
    `${minutes} minutes, ${outcome.orders} orders, ${outcome.repeats} requests repeated; ${JSON.stringify(outcome.signs)}`,
  );
  if (failed > 0) say(`again: pnpm chaos --seed ${seed} --keep --verbose`);
  if (keep) say(`logs and data: ${outcome.directory}`);
  if (report !== undefined)
    writeFileSync(report, JSON.stringify({ passed: verdicts.length - failed, failed }));
  return failed > 0 ? 1 : 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
