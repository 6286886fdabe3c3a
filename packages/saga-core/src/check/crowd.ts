import type { Envelope } from '../envelope.js';
import { actionsOf, allNodes } from '../machine-nodes.js';
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
 * are under way at once, and children and timers whose ids count. What the definition itself asks for is never too many:
 * one for each place that asks for it.
 *
 * @param saga - what its machine invokes has a fixed id
 * @param most - the author's bound, which holds for what the definition asks for, too
 * @param longest - the longest list in the samples: so many there may be in any case, and one more
 * @param fewest - as few are followed as may be, for more made too many states
 */
export function crowdOver(saga: AnySaga, most: number | undefined, longest: number, fewest = false): Crowd {
  const limit = most ?? Math.max(fewest ? FEWEST_INSTANCES : MOST_INSTANCES, longest + 1);
  const steps = most === undefined ? askedByDefinition(saga) : [];
  const kinds = steps.flatMap((step) => saga.steps[step]?.opens?.kind ?? []);
  const mostOfStep = mostOf(steps, limit);
  const mostOfKind = mostOf(kinds, limit);
  const fixed = new Set(allNodes(saga.machine).flatMap(({ invoke }) => invoke.map(({ id }) => id)));
  return ({ obligations, runs, visits }) => {
    const kind = tooMany(
      obligations.map((one) => one.kind),
      mostOfKind,
    );
    if (kind !== undefined) return `${mostOfKind(kind)} instances of ${kind}`;
    const watched = runs.filter((run) => isWatched(saga, run)).map((run) => run.step);
    const step = tooMany(watched, mostOfStep);
    if (step !== undefined) return `${mostOfStep(step)} runs of ${step} at once`;
    const ids = Object.keys(visits).filter((id) => /\d/.test(id) && !fixed.has(id) && !TIMED.test(id));
    const counted = ids.map((id) => id.replace(/\d+/g, 'N'));
    const counting = tooMany(counted, () => limit);
    return counting === undefined ? undefined : `${limit} ids like ${counting.replace(/^timer:/, '')}`;
  };
}

/** The steps that the definition asks for, once for each place that does. */
function askedByDefinition({ machine }: AnySaga): string[] {
  return allNodes(machine).flatMap((node) => [
    ...node.invoke.map(({ src }) => String(src)),
    ...actionsOf(node).flatMap((action) => (isSpawn(action) ? [String(action.src)] : [])),
  ]);
}

/** How many there may be of a name: as many as are asked for, where that is more than the limit. */
function mostOf(asked: readonly string[], limit: number): (name: string) => number {
  const counts = new Map<string, number>();
  for (const name of asked) counts.set(name, (counts.get(name) ?? 0) + 1);
  return (name) => Math.max(limit, counts.get(name) ?? 0);
}

function isSpawn(action: unknown): action is { readonly src: unknown } {
  if (typeof action !== 'function' || !('type' in action) || !('src' in action)) return false;
  return action.type === 'xstate.spawnChild';
}

/** The first name that is there more often than it may be. */
function tooMany(names: readonly string[], most: (name: string) => number): string | undefined {
  const counts = new Map<string, number>();
  for (const name of names) {
    const count = (counts.get(name) ?? 0) + 1;
    if (count > most(name)) return name;
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
