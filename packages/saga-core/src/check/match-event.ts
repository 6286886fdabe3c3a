import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** The transitions of a node that name this event, by its type or by a wildcard. */
export function transitionsFor(node: AnyStateNode, type: string): AnyTransitionDefinition[] {
  return [...node.transitions].flatMap(([descriptor, transitions]) =>
    matches(descriptor, type) ? transitions : [],
  );
}

/** Whether a transition does nothing at all: the event is ignored on purpose. */
export function isInert({ target, actions, reenter }: AnyTransitionDefinition): boolean {
  return !target?.length && actions.length === 0 && !reenter;
}

/** Whether a descriptor of a transition (`PAID`, `PAYMENT.*`, `*`) means events of this type. */
export function matches(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === '*') return true;
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}
