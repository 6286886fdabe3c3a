import type { Envelope } from '../envelope.js';
import { allNodes } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import { isWatched } from './state-signature.js';

/** How many instances of one kind are followed, and how many children; more only where a sample's list is longer. */
const MOST_INSTANCES = 4;
/** As many are followed where more make too many states. */
const FEWEST_INSTANCES = 2;

/** Timers of the machine's own states. */
const TIMED = /^timer:xstate\.after\./;

/** Finds out what a saga has too many of to be followed further. */
export type Crowd = (envelope: Envelope) => string | undefined;

/**
 * Bounds what a machine can go on opening for ever: instances of one kind, closed ones included, runs of one step that
 * are under way at once, and children and timers whose ids count.
 *
 * @param saga - what its machine invokes has a fixed id
 * @param most - the author's bound
 * @param longest - the longest list in the samples: so many there may be in any case, and one more
 */
export function crowdOver(saga: AnySaga, most: number | undefined, longest: number): Crowd {
  const limit = most ?? Math.max(MOST_INSTANCES, longest + 1);
  const fixed = new Set(allNodes(saga.machine).flatMap(({ invoke }) => invoke.map(({ id }) => id)));
  const tooMany = (names: readonly string[]) => mostOf(names, limit);
  return ({ obligations, runs, visits }) => {
    const kind = tooMany(obligations.map((one) => one.kind));
    if (kind !== undefined) return `${limit} instances of ${kind}`;
    const step = tooMany(runs.filter((run) => isWatched(saga, run)).map((run) => run.step));
    if (step !== undefined) return `${limit} runs of ${step} at once`;
    const ids = Object.keys(visits).filter((id) => /\d/.test(id) && !fixed.has(id) && !TIMED.test(id));
    const counting = tooMany(ids.map((id) => id.replace(/\d+/g, 'N')));
    return counting === undefined ? undefined : `${limit} ids like ${counting.replace(/^timer:/, '')}`;
  };
}

/** The bound where the usual one makes too many states. */
export function fewestInstances(longest: number): number {
  return Math.max(FEWEST_INSTANCES, longest + 1);
}

/** The first name that is there more often than that. */
function mostOf(names: readonly string[], limit: number): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    const count = (counts.get(name) ?? 0) + 1;
    if (count > limit) return name;
    counts.set(name, count);
  }
  return undefined;
}

/** The length of the longest list anywhere in a value. */
export function longestList(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? value.length : 0;
  return Object.values(value).reduce<number>((most, inner) => Math.max(most, longestList(inner)), own);
}
