import type { Site } from './site.js';
import { readAll } from './unwatched.js';
import type { ValueFlow } from './value-flow.js';
import type { Spot } from './watch-value.js';

/** A function of a saga's author: what it decides on, or makes, depends on its arguments. */
export type Code = (...args: unknown[]) => unknown;

/** How a function's arguments are watched. */
export interface WatchedArguments {
  /** What there is of interest in them, as a number that grows: 0 where there is nothing. */
  readonly interestIn: (args: readonly unknown[]) => number;
  readonly watch: (args: readonly unknown[]) => readonly unknown[];
}

/** What comes of a function. */
export interface Outcome {
  /** Where what it gives stands from then on. Left out: something depends on it. */
  readonly to?: Spot | undefined;
  /** What of what it gives makes a difference. */
  readonly answerOf?: ((result: unknown) => string) | undefined;
}

/** The function, watched where there is anything of interest in its arguments: most often there isn't. */
export function watchCode(
  flow: ValueFlow,
  by: Site,
  code: Code,
  manner: WatchedArguments,
  { to, answerOf }: Outcome = {},
): Code {
  by.decides ||= to === undefined;
  by.to ??= to;
  const { interestIn } = manner;
  const call = (args: readonly unknown[]) => {
    const work = () => onWatched((given) => code(...given), manner, args);
    return to ? flow.bring(to, work, by) : flow.decide(work, by, answerOf);
  };
  return watchCalls(flow, by, { interestIn, call, plainly: (args) => code(...args) });
}

/** Both ways in which a function is called. */
interface Calls {
  readonly interestIn: WatchedArguments['interestIn'];
  /** Watched. */
  readonly call: (args: readonly unknown[]) => unknown;
  /** Where there is nothing to watch. */
  readonly plainly: (args: readonly unknown[]) => unknown;
}

/** Calls a function in the way that its arguments want, and remembers that. */
export function watchCalls(flow: ValueFlow, by: Site, { interestIn, call, plainly }: Calls): Code {
  return (...args) => {
    flow.keep(by, { args, interestIn, call });
    return interestIn(args) === 0 ? plainly(args) : call(args);
  };
}

/**
 * Does work on arguments that are watched. What can't be done with such, as `structuredClone` can't, is done with what
 * they stand for, all of which counts as read.
 */
export function onWatched<Result>(
  work: (args: readonly unknown[]) => Result,
  { watch }: WatchedArguments,
  args: readonly unknown[],
): Result {
  const watched = watch(args);
  try {
    return work(watched);
  } catch (thrown) {
    if (!isUnclonable(thrown)) throw thrown;
    readAll(watched);
    return work(args);
  }
}

function isUnclonable(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'DataCloneError'
  );
}
