import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** Every `FROM TO` of top-level states that some transition of the machine leads along. */
export function machineEdges(machine: AnyStateMachine): ReadonlySet<string> {
  return new Set(
    Object.entries(machine.states).flatMap(([from, state]) =>
      targetsOf(state)
        .filter((to) => to !== from)
        .map((to) => `${from} ${to}`),
    ),
  );
}

function targetsOf(node: AnyStateNode): string[] {
  const own = [...node.transitions.values(), node.always ?? []].flat();
  const direct = own.flatMap(({ target }) => (target ?? []).flatMap(({ path }) => path[0] ?? []));
  return [...direct, ...Object.values(node.states).flatMap(targetsOf)];
}
