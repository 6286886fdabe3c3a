import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { allNodes } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import { isTaggedRest } from '../state-value.js';
import { isInert, transitionsFor } from './match-event.js';

/** What becomes of a public event in a state. */
export interface EventInState {
  /** Path of a state without states of its own: `RESERVED.waiting`. */
  readonly state: string;
  readonly event: string;
  /**
   * `handled`: a transition takes it; `ignored`: on purpose; `deferred`: kept for a later state; `refused`: the
   * sender is told no; `undeclared`: nobody said, and the check fails.
   */
  readonly becomes: 'handled' | 'ignored' | 'deferred' | 'refused' | 'undeclared';
  /** The guards that it depends on; where they all say no, `otherwise` holds. */
  readonly guards: readonly string[];
  readonly otherwise?: EventInState['becomes'];
  /** Where it leads, as paths; empty where the state stays. */
  readonly to: readonly string[];
}

/** Every state of a saga with every public event, in the machine's order: nothing is left to chance. */
export function describeEvents(saga: AnySaga): EventInState[] {
  const leaves = allNodes(saga.machine).filter(({ type }) => type === 'atomic' || type === 'final');
  return leaves.flatMap((leaf) => Object.keys(saga.events).map((event) => describeEvent(saga, leaf, event)));
}

function describeEvent(saga: AnySaga, leaf: AnyStateNode, event: string): EventInState {
  const all = lineage(leaf).flatMap((node) => transitionsFor(node, event));
  const last = all.findIndex(({ guard }) => guard === undefined);
  const possible = last < 0 ? all : all.slice(0, last + 1);
  const taken = possible.filter((transition) => !isInert(transition));
  const guards = possible.flatMap(({ guard }) => (guard === undefined ? [] : [nameOf(guard)]));
  const where = {
    state: leaf.path.join('.') || leaf.id,
    event,
    guards: [...new Set(guards)],
    to: [...new Set(taken.flatMap(targetsOf))],
  };
  const fallback = last < 0 ? unhandled(saga, leaf, event) : 'ignored';
  if (taken.length === 0) return { ...where, becomes: possible.length > 0 ? 'ignored' : fallback };
  const surely = taken.some(({ guard }) => guard === undefined);
  return { ...where, becomes: 'handled', ...(!surely && { otherwise: fallback }) };
}

/** What becomes of an event that no transition takes. */
function unhandled(saga: AnySaga, leaf: AnyStateNode, event: string): EventInState['becomes'] {
  const ended = leaf.type === 'final' && leaf.parent === saga.machine.root;
  if (event === saga.override || ended) return 'refused';
  if (saga.events[event]?.defer && !isTaggedRest([leaf])) return 'deferred';
  return lineage(leaf).some((node) => transitionsFor(node, event).length > 0) ? 'refused' : 'undeclared';
}

function targetsOf({ target }: AnyTransitionDefinition): string[] {
  return (target ?? []).map((node) => (node as AnyStateNode).path.join('.'));
}

function nameOf(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard !== 'object' || guard === null || !('type' in guard)) return 'a condition';
  const params = 'params' in guard && typeof guard.params === 'string' ? ` ${guard.params}` : '';
  return `${String(guard.type)}${params}`;
}

function lineage(node: AnyStateNode): AnyStateNode[] {
  return node.parent ? [node, ...lineage(node.parent)] : [node];
}
