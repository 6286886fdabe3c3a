import { type DescribedTransition, describeTransitions } from '../diagram.js';
import type { AnySaga } from '../saga-definition.js';
import type { SagaPath } from './paths-of.js';
import { takenBy } from './transition-coverage.js';

/**
 * Few of a saga's paths, which together take every transition of the machine that any of them takes: for a runner on
 * which each walk takes its time. The same ones for the same paths, in their order.
 *
 * @example
 * pathTests({ describe, it, expect }, host, order, { paths: coveringPaths(order, pathsOf(order)) });
 */
export function coveringPaths(saga: AnySaga, paths: readonly SagaPath[]): SagaPath[] {
  const all = describeTransitions(saga);
  const takes = new Map(paths.map((path) => [path, all.filter(takenBy(saga, path.history))]));
  const left = new Set([...takes.values()].flat());
  const chosen = new Set<SagaPath>();
  while (left.size > 0) {
    const best = bestOf(takes, left);
    if (!best) break;
    chosen.add(best);
    for (const one of takes.get(best) ?? []) left.delete(one);
  }
  dropNeedless(takes, chosen);
  return paths.filter((path) => chosen.has(path));
}

/** What was chosen early may have been taken over by those that were chosen for something else. */
function dropNeedless(
  takes: ReadonlyMap<SagaPath, readonly DescribedTransition[]>,
  chosen: Set<SagaPath>,
): void {
  for (const path of [...chosen]) {
    const others = new Set([...chosen].flatMap((one) => (one === path ? [] : (takes.get(one) ?? []))));
    if (takes.get(path)?.every((one) => others.has(one))) chosen.delete(path);
  }
}

/** The one that takes most of what is left; of several, the shortest. */
function bestOf(
  takes: ReadonlyMap<SagaPath, readonly DescribedTransition[]>,
  left: ReadonlySet<DescribedTransition>,
): SagaPath | undefined {
  let best: SagaPath | undefined;
  let most = 0;
  for (const [path, taken] of takes) {
    const count = taken.filter((one) => left.has(one)).length;
    const isBetter = count > most || (count === most && best && path.steps.length < best.steps.length);
    if (count === 0 || !isBetter) continue;
    best = path;
    most = count;
  }
  return best;
}
