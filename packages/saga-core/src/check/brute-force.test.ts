import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bruteForce } from '../test-support/check-corpus/brute-force.js';
import type { BruteVerdict } from '../test-support/check-corpus/brute-verdict.js';
import { randomMachines, sagaOfRandom } from '../test-support/check-corpus/random-machine.js';
import type { CheckReport } from './check-report.js';
import { checkSaga } from './check-saga.js';
import { CHECK_RULES } from './rules.js';

/** `pnpm check:compare` compares 10,000, which takes some minutes. */
const wanted = Number(process.env['COUNTERMAND_MACHINES'] ?? 150);
/** The seed of a run that is to be repeated. */
const seed = process.env['COUNTERMAND_SEED'];
const isLong = process.env['COUNTERMAND_MACHINES'] !== undefined;
/** A machine of which the brute-force walk has more states than this is drawn anew, and not counted. */
const mostNodes = isLong ? 2_000 : 600;

/** What the definition alone shows: no decision tells of it, so a walk by `decide` can't judge it. */
const UNJUDGED = ['delay-unnamed', 'event-from-nobody', 'keeps-unopened', 'repeat-unsafe', 'undo-unsafe'];
const JUDGED = CHECK_RULES.map(({ code }) => code).filter((code) => !UNJUDGED.includes(code));

/** Rules that say why a saga parks. */
const PARKING = ['obligation-left-open', 'undo-missing', 'machine-throws', 'step-error-unhandled'];

test(`a brute-force walk comes to the same verdict by each of ${JUDGED.length} rules on ${wanted} random machines`, {
  timeout: 900_000,
}, () => {
  const seen = { compared: 0, sound: 0, broken: 0, built: 0, builtSound: 0, skipped: 0, cut: 0, walkCut: 0 };
  const broken = new Map(JUDGED.map((rule) => [rule, 0]));
  fc.assert(
    fc.property(randomMachines, (machine) => {
      const saga = sagaOfRandom(machine);
      const brute = bruteForce(saga, mostNodes);
      if (!brute) seen.skipped += 1;
      fc.pre(brute !== undefined);
      if (!brute) return;
      const report = checkSaga(saga);
      const { check, walk } = compared(report, brute, machine.defers);
      expect(check).toEqual(walk);
      if (report.reached.some((bound) => bound.includes('not followed further'))) seen.cut += 1;
      if (brute.cutAfter !== undefined) seen.walkCut += 1;
      seen.compared += 1;
      const isSound = Object.keys(brute.wrong).length === 0;
      seen[isSound ? 'sound' : 'broken'] += 1;
      if (machine.isBuilt) seen.built += 1;
      if (machine.isBuilt && isSound) seen.builtSound += 1;
      for (const rule of Object.keys(brute.wrong)) broken.set(rule, (broken.get(rule) ?? 0) + 1);
      judgeWays(report, brute, machine.defers);
    }),
    // Smaller machines that fail, too, would each have to be walked.
    { numRuns: wanted, endOnFailure: isLong, ...(seed !== undefined && { seed: Number(seed) }) },
  );
  expect(seen.compared).toBe(wanted);
  if (!isLong) return;
  process.stdout.write(`${JSON.stringify({ ...seen, ...Object.fromEntries(broken) }, undefined, 2)}\n`);
  expect(seen.sound / wanted).toBeGreaterThan(0.2);
  expect([...broken].filter(([, count]) => count === 0)).toEqual([]);
});

/** What each of them says, by rule. */
interface Said {
  readonly check: object;
  readonly walk: object;
}

/**
 * What both must say alike: what is wrong, by rule. Where events are kept and a saga parks, the walk goes on with what
 * was kept in the very moment in which the check sees it park, and finds more beside that; there both must say that
 * something is wrong. A decision that throws is stored nowhere, so the walk doesn't know through which states it came.
 * Where the check has stopped at one of its bounds, it leaves out what says that something never happens. Where the walk
 * was cut off, it isn't sure of what never happens, and what the check shows beyond that it hasn't seen.
 */
function compared(report: CheckReport, walk: BruteVerdict, defers: boolean): Said {
  const checked = report.findings.map(({ rule }) => rule);
  const walked = Object.keys(walk.wrong);
  const all = [...checked, ...walked];
  const isCut = report.reached.some((bound) => bound.includes('not followed further'));
  const isTold = ({ code, saysNever }: (typeof CHECK_RULES)[number]) =>
    !(isCut && saysNever) && !(code === 'state-unreachable' && all.includes('machine-throws'));
  const told = CHECK_RULES.filter(isTold);
  const goesOn = defers && all.some((rule) => PARKING.includes(rule));
  const said = (rules: readonly string[], isLeftOut: (rule: (typeof told)[number]) => boolean) => {
    const wrong = told
      .filter((rule) => rules.includes(rule.code) && !isLeftOut(rule))
      .map(({ code }) => code);
    return { sound: wrong.length === 0, rules: goesOn ? 'some' : wrong };
  };
  const { cutAfter = Number.POSITIVE_INFINITY } = walk;
  return {
    check: said(checked, ({ code }) => !walked.includes(code) && lengthTo(report, code) > cutAfter + 1),
    walk: said(walked, ({ code }) => !checked.includes(code) && walk.unsure.includes(code)),
  };
}

/** How many things happen on the shortest way to what a rule found. */
function lengthTo({ findings }: CheckReport, rule: string): number {
  const ways = findings.filter((one) => one.rule === rule).map(({ trace }) => Math.max(0, trace.length - 1));
  return Math.min(...ways);
}

/**
 * The way to what is left open is the shortest, but for answers of steps that a kept event would have left at once: one
 * at least, for of several ways of one length the one that is shown may have no such answer.
 */
function judgeWays({ findings }: CheckReport, { leakAfter, cutAfter }: BruteVerdict, defers: boolean): void {
  const [shortest] = findings
    .filter(({ rule }) => rule === 'obligation-left-open')
    .map(({ trace }) => trace)
    .sort((one, other) => one.length - other.length);
  const late = shortest?.filter(({ what }) => what.includes(', which was left:')).length ?? 0;
  const length = shortest && shortest.length - 1;
  // Where the walk was cut off it may have missed a shorter one, which the check shows, decision by decision.
  const isBeyond = length !== undefined && cutAfter !== undefined && length > cutAfter + 1;
  if (isBeyond && leakAfter !== undefined && length < leakAfter) return;
  const most = defers ? Math.max(late, 1) : 0;
  const possible = Array.from({ length: most + 1 }, (_, less) => length && length - less);
  expect(possible).toContain(leakAfter);
}
