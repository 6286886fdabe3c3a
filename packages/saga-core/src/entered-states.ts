import type { AnyStateMachine, AnyStateNode, InspectionEvent } from 'xstate';
import { inertScope } from './inert-scope.js';
import type { Json } from './json.js';
import { initialDescendants } from './machine-nodes.js';
import { pathsIn } from './state-value.js';

interface Watch {
  readonly entered: Set<string>;
  /** Of the transition under way, which may still throw. */
  passing: Set<string>;
}

const watches = new WeakMap<AnyStateMachine, Watch>();

/**
 * Paths of the states that a machine enters from now on, also of those that it leaves again within the same
 * transition, which no snapshot tells of. The set grows with each transition that comes to its end.
 */
export function watchEnteredStates(machine: AnyStateMachine): ReadonlySet<string> {
  const before = watches.get(machine);
  if (before) return before.entered;
  const watch: Watch = { entered: new Set(), passing: new Set() };
  watches.set(machine, watch);
  inertScope(machine).system.inspect((event: InspectionEvent) => {
    if (event.type !== '@xstate.microstep') return;
    for (const path of pathsIn(stateValueIn(event.snapshot))) watch.passing.add(path);
  });
  return watch.entered;
}

/** The seam to XState says that a transition begins; the start of a machine enters its initial states first. */
export function beginEntering(machine: AnyStateMachine, isStart: boolean): void {
  const watch = watches.get(machine);
  if (watch) watch.passing = new Set(isStart ? initialDescendants(machine.root).map(pathOf) : []);
}

/** The seam to XState says that it has come to its end. */
export function endEntering(machine: AnyStateMachine): void {
  const watch = watches.get(machine);
  for (const path of watch?.passing ?? []) watch?.entered.add(path);
}

function stateValueIn(snapshot: object): Json {
  return 'value' in snapshot ? (snapshot.value as Json) : {};
}

function pathOf({ path }: AnyStateNode): string {
  return path.join('.');
}
