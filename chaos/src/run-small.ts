import { writeFileSync } from 'node:fs';
import type { ShopBuild } from './build/build-shop.ts';
import { castOf } from './cast.ts';
import { INVARIANTS } from './judge/judge.ts';
import type { Options } from './options.ts';
import { hasPgBouncer } from './processes/pgbouncer.ts';
import { type Outcome, runWorld } from './run-world.ts';

const LOAD = { perSecond: 8, mostUnfinished: 60 };

/** One world for all plans, judged at its end. @returns the exit code */
export async function runSmall(build: ShopBuild, options: Options): Promise<number> {
  const { seed, plans, count, isVerbose, keep, report, flaw } = options;
  say(`chaos, seed ${seed}`);
  const outcome = await runWorld({
    ...{ build, seed, say, isVerbose, keep, load: LOAD },
    ...castOf(say),
    ...(flaw && { env: { CHAOS_FLAW: flaw } }),
    plans: plans.map((plan) => ({ plan, count: count ?? plan.counts.small })),
  });
  const verdicts = [...verdictsOf(outcome), ...(hasPgBouncer() ? [pollingVerdict(outcome)] : [])];
  for (const { name, problems } of verdicts) {
    say(`${problems.length === 0 ? 'ok     ' : 'FAILED '} ${name}`);
    for (const problem of problems.slice(0, 20)) say(`        ${problem}`);
  }
  const failed = verdicts.filter(({ problems }) => problems.length > 0).length;
  say(`${outcome.orders} orders, ${outcome.repeats} requests repeated; ${JSON.stringify(outcome.signs)}`);
  if (failed > 0) say(`again: pnpm chaos --seed ${seed} --keep --verbose`);
  if (keep) say(`logs and data: ${outcome.directory}`);
  if (report !== undefined)
    writeFileSync(report, JSON.stringify({ passed: verdicts.length - failed, failed }));
  return failed > 0 ? 1 : 0;
}

/** Something that passed, or didn't. */
interface Verdict {
  readonly name: string;
  readonly problems: readonly string[];
}

function verdictsOf({ tallies, judgement, signs, badEnds }: Outcome): readonly Verdict[] {
  const { findings } = judgement;
  return [
    ...[...tallies].map(([{ title }, { problems }]) => ({ name: title, problems })),
    ...INVARIANTS.map((invariant) => ({
      name: `${invariant} holds`,
      problems: findings.filter((one) => one.invariant === invariant).map(({ detail }) => detail),
    })),
    { name: 'every process stops when it is asked to', problems: badEnds },
    { name: 'a participant was called twice, with the same key', problems: atLeastOne(signs.duplicates) },
    { name: 'a worker that had lost its lease was refused', problems: atLeastOne(signs.zombies) },
  ];
}

/** Notifications are lost behind PgBouncer in transaction mode: the worker finds out, says so, and works all the same. */
function pollingVerdict({ signs }: Outcome): Verdict {
  return {
    name: 'the worker behind PgBouncer says that notices do not arrive, polls, and carries steps out',
    problems: [...atLeastOne(signs.pollingWorkers), ...atLeastOne(signs.pooledSteps)],
  };
}

function atLeastOne(count: number): readonly string[] {
  return count > 0 ? [] : ['not once: this run has shown nothing'];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
