import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { asFlaw, FLAWS, type Flaw } from './build/flaw.ts';
import type { Plan } from './plans/plan.ts';
import { PLANS } from './plans/plans.ts';

const RESULTS = fileURLToPath(new URL('../../.data/chaos-results.jsonl', import.meta.url));

/** What a run is told on the command line. */
export interface Options {
  /** Runs for as long as it takes, or as it may, and writes a report. */
  readonly isLong: boolean;
  readonly seed: number;
  /** All, where none was named. */
  readonly plans: readonly Plan[];
  /** None was named: the run must see everything that a run is there to see. */
  readonly isWhole: boolean;
  /** Strikes of each plan; by default the plan's own number. */
  readonly count: number | undefined;
  /** How long a long run may take, in minutes. */
  readonly minutes: number;
  /** A mistake that web and workers make; the run must fail then. */
  readonly flaw: Flaw | undefined;
  /** Makes every mistake in turn, and sees that each is caught. */
  readonly isBite: boolean;
  readonly isVerbose: boolean;
  /** Keeps logs and data, and says where. */
  readonly keep: boolean;
  /** Where a long run keeps what came of each world; it goes on from there. */
  readonly results: string;
  /** Where `{ passed, failed }` is written. */
  readonly report: string | undefined;
}

/** Reads the command line. @throws Error, in one line */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      long: { type: 'boolean', default: false },
      seed: { type: 'string' },
      plan: { type: 'string', multiple: true },
      count: { type: 'string' },
      minutes: { type: 'string' },
      flaw: { type: 'string' },
      bite: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      results: { type: 'string', default: RESULTS },
      report: { type: 'string' },
    },
  });
  const plans = (values.plan ?? []).map((name) => {
    const found = PLANS.find((plan) => plan.name === name);
    if (!found)
      throw new Error(`--plan: there is no '${name}', but ${PLANS.map((plan) => plan.name).join(', ')}`);
    return found;
  });
  return {
    isLong: values.long,
    seed: wholeNumber('--seed', values.seed) ?? Math.floor(Math.random() * 1_000_000),
    // A small run is for every machine; what needs root is asked for by its name.
    plans: plans.length > 0 ? plans : values.long ? PLANS : PLANS.filter((plan) => !plan.needsSmallDisk),
    isWhole: plans.length === 0,
    count: wholeNumber('--count', values.count),
    minutes: wholeNumber('--minutes', values.minutes) ?? 120,
    flaw: flawNamed(values.flaw),
    isBite: values.bite,
    isVerbose: values.verbose,
    keep: values.keep,
    results: values.results,
    report: values.report,
  };
}

function flawNamed(name: string | undefined): Flaw | undefined {
  const flaw = asFlaw(name);
  if (name !== undefined && flaw === undefined)
    throw new Error(`--flaw: there is no '${name}', but ${Object.keys(FLAWS).join(', ')}`);
  return flaw;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name}: use a whole number`);
  return Number(text);
}
