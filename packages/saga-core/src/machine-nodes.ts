import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** Every state node of a machine, the root first, parents before children. */
export function allNodes(machine: AnyStateMachine): AnyStateNode[] {
  const collect = (node: AnyStateNode): AnyStateNode[] => [
    node,
    ...Object.values(node.states).flatMap(collect),
  ];
  return collect(machine.root);
}

/** The nodes that are entered with a node: its initial states, and theirs. */
export function initialDescendants(node: AnyStateNode): AnyStateNode[] {
  const entered =
    node.type === 'parallel'
      ? (Object.values(node.states) as AnyStateNode[])
      : node.type === 'compound'
        ? (node.initial.target as readonly AnyStateNode[])
        : [];
  return entered.flatMap((one) => [one, ...initialDescendants(one)]);
}

/** Every transition that starts at a node: for events, after delays, when children are done, and eventless ones. */
export function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
}

/** Every action that a node's entry, exit and transitions name. */
export function actionsOf(node: AnyStateNode): unknown[] {
  return [
    ...node.entry,
    ...node.exit,
    ...transitionsOf(node).flatMap((transition) => transition.actions as readonly unknown[]),
    ...(node.type === 'compound' ? (node.initial.actions as readonly unknown[]) : []),
  ];
}
