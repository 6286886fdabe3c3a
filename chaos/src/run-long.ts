import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ShopBuild } from './build/build-shop.ts';
import { castOf } from './cast.ts';
import { signVerdicts } from './judge/verdicts.ts';
import type { Options } from './options.ts';
import type { Plan } from './plans/plan.ts';
import type { Piece } from './report/piece.ts';
import { readPieces, writeReport } from './report/write-report.ts';
import { type Outcome, runWorld } from './run-world.ts';

const LOAD = { perSecond: 6, mostUnfinished: 50 };
/** How long a world lives before it is judged and a new one is made. */
const WORLD_MS = 8 * 60_000;
/** Start, last orders, rest, judgement. */
const MARGIN_MS = 90_000;

/**
 * One world after the other, each with a seed of its own and every plan in it, until every plan has struck as often
 * as it should or the time is up. What came of each is kept in a file, and all of it makes the report.
 */
export async function runLong(build: ShopBuild, options: Options): Promise<number> {
  const { plans, minutes, isVerbose, keep } = options;
  const endsAt = performance.now() + minutes * 60_000;
  mkdirSync(path.dirname(options.results), { recursive: true });
  let isSound = true;
  for (let seed = options.seed; ; seed += 1) {
    const struck = countStrikes(readPieces(options.results));
    const open = plans.filter((plan) => (struck.get(plan.name) ?? 0) < plan.counts.long);
    const leftMs = Math.min(WORLD_MS, endsAt - performance.now()) - MARGIN_MS;
    if (open.length === 0 || leftMs < MARGIN_MS) break;
    const weights = open.reduce((all, { weight }) => all + weight, 0);
    const startedAt = new Date();
    say(`chaos, seed ${seed}, load average ${os.loadavg().map((load) => load.toFixed(1))}`);
    const outcome = await runWorld({
      ...{ build, seed, say, isVerbose, keep, load: LOAD },
      ...castOf(say),
      plans: open.map((plan) => ({
        plan,
        count: plan.counts.long - (struck.get(plan.name) ?? 0),
        forMs: (leftMs * plan.weight) / weights,
      })),
    });
    const piece = pieceOf(outcome, startedAt);
    appendFileSync(options.results, `${JSON.stringify(piece)}\n`);
    isSound &&= tellProblems(piece);
  }
  writeReport(options.results, plans);
  if (options.isWhole) isSound &&= tellMissingSigns(readPieces(options.results));
  return isSound ? 0 : 1;
}

/** Of all worlds together: one of them may have seen less. */
function tellMissingSigns(pieces: readonly Piece[]): boolean {
  const sum = (sign: 'duplicates' | 'zombies') => pieces.reduce((total, { signs }) => total + signs[sign], 0);
  const missing = signVerdicts({ duplicates: sum('duplicates'), zombies: sum('zombies') }).filter(
    ({ problems }) => problems.length > 0,
  );
  for (const { name, problems } of missing) say(`FAILED  ${name}: ${problems.join('; ')}`);
  return missing.length === 0;
}

function pieceOf(
  { seed, tallies, judgement, signs, badEnds, orders, repeats, lags }: Outcome,
  startedAt: Date,
): Piece {
  return {
    ...{ seed, signs, badEnds, orders, repeats, judgement },
    startedAt: startedAt.toISOString(),
    tookS: Math.round((Date.now() - startedAt.getTime()) / 1_000),
    loadAverage: os.loadavg()[1] ?? 0,
    cores: os.availableParallelism(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    lags: lags.map(Math.round),
    plans: [...tallies].map(([{ name }, { strikes, injected, hitWork, recoveries, facts, problems }]) => ({
      ...{ name, strikes, injected, hitWork, problems },
      recoveries: recoveries.map(Math.round),
      facts: Object.fromEntries(facts),
    })),
  };
}

function countStrikes(pieces: readonly Piece[]): ReadonlyMap<Plan['name'], number> {
  const counts = new Map<string, number>();
  for (const { name, strikes } of pieces.flatMap(({ plans }) => plans))
    counts.set(name, (counts.get(name) ?? 0) + strikes);
  return counts;
}

function tellProblems({ plans, judgement, badEnds }: Piece): boolean {
  const problems = [
    ...plans.flatMap(({ name, problems: all }) => all.map((problem) => `${name}: ${problem}`)),
    ...judgement.findings.map(({ invariant, detail }) => `${invariant}: ${detail}`),
    ...badEnds,
  ];
  for (const problem of problems) say(`FAILED  ${problem}`);
  say(`  ${problems.length} problems, at rest after ${judgement.restAfterS.toFixed(1)} s`);
  return problems.length === 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
