import type { AnyStateNode } from 'xstate';

/** Text that Mermaid shows as it is. */
export function quoted(text: string): string {
  return text.replaceAll('"', '#quot;').replaceAll('\n', ' ');
}

/** Where transitions start that the machine takes in any state. */
export const ANYWHERE = 'anywhere';

/** What Mermaid is to call a state, by its path. */
export type StateIds = (path: string) => string;

/** Ids for the states of one drawing: no two have the same, and none is a word of Mermaid's own such as `end`. */
export function stateIds(nodes: readonly AnyStateNode[]): StateIds {
  const byPath = new Map<string, string>();
  const taken = new Set<string>();
  for (const { path } of nodes) {
    const wanted = `s_${path.join('_').replace(/[^A-Za-z0-9]/g, '_')}`;
    let id = wanted;
    for (let number = 2; taken.has(id); number += 1) id = `${wanted}_${number}`;
    taken.add(id);
    byPath.set(path.join('.'), id);
  }
  return (path) => byPath.get(path) ?? ANYWHERE;
}
