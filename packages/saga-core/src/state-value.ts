import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { Json } from './json.js';
import { SagaError } from './saga-error.js';

/** The tag of states in which a saga is at rest. */
export const REST_TAG = 'rest';

/**
 * Throws `SNAPSHOT_INVALID` unless the value names states of the machine, all the way to its leaves. XState itself
 * would quietly take the initial state for a name such as `constructor`.
 */
export function assertStateValue(machine: AnyStateMachine, value: Json): void {
  assertNode(machine.root, value, machine.id);
}

function assertNode(node: AnyStateNode, value: Json, path: string): void {
  const fail = (what: string): never => {
    throw new SagaError('SNAPSHOT_INVALID', `stored state value: ${path} ${what}`);
  };
  const child = (key: string): AnyStateNode =>
    Object.hasOwn(node.states, key) ? (node.states[key] as AnyStateNode) : fail(`has no state '${key}'`);
  if (typeof value === 'string') {
    if (node.type !== 'compound') fail(`is ${node.type} and can't be in '${value}'`);
    const leaf = child(value);
    if (leaf.type === 'compound' || leaf.type === 'parallel') fail(`needs to say where in '${value}' it is`);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('is neither text nor object');
  const entries = Object.entries(value);
  if (node.type === 'compound' && entries.length !== 1) fail('must be in exactly one state');
  if (node.type === 'parallel') {
    for (const key of Object.keys(node.states))
      if (!Object.hasOwn(value, key)) fail(`lacks its region '${key}'`);
  }
  for (const [key, inner] of entries) {
    const region = child(key);
    const isLeaf = region.type === 'atomic' || region.type === 'final';
    if (isLeaf && Object.keys(inner ?? {}).length === 0) continue;
    assertNode(region, inner, `${path}.${key}`);
  }
}

/** The active leaves among the active state nodes. */
export function leavesOf(nodes: readonly AnyStateNode[]): AnyStateNode[] {
  return nodes.filter((node) => node.type === 'atomic' || node.type === 'final');
}

/** Whether every active leaf carries the tag `rest`, itself or by an ancestor. */
export function isTaggedRest(nodes: readonly AnyStateNode[]): boolean {
  const leaves = leavesOf(nodes);
  return (
    leaves.length > 0 && leaves.every((leaf) => lineage(leaf).some((node) => node.tags.includes(REST_TAG)))
  );
}

/** The paths of all states that a value names, those above its leaves included. */
export function pathsIn(value: Json, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsIn(inner as Json, `${above}${key}.`),
  ]);
}

/** The name of the top-level state that a node is in, or the machine's own id for the root. */
export function topLevelOf(node: AnyStateNode): string {
  return node.path[0] ?? node.id;
}

function lineage(node: AnyStateNode): AnyStateNode[] {
  return node.parent ? [node, ...lineage(node.parent)] : [node];
}
