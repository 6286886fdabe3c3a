import type { GraphState, GraphTransition, MachineGraph } from '@countermand/saga-core';

/** What of a graph is drawn. */
export interface FoldOptions {
  /** How deep states are drawn inside of states; 1: the top ones only. */
  readonly depth?: number;
  /** Transitions that aren't drawn, by what sets them off. */
  readonly hide?: readonly GraphTransition['trigger']['kind'][];
}

/** A graph as it is drawn. */
export interface FoldedGraph {
  readonly states: readonly GraphState[];
  /** Those that lie too deep. */
  readonly hidden: readonly GraphState[];
  /** The drawn state that stands for each path. */
  readonly standsFor: ReadonlyMap<string, string>;
  readonly edges: readonly FoldedEdge[];
}

/** All transitions from one drawn state to another. */
export interface FoldedEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly transitions: readonly GraphTransition[];
}

/** Leaves out what lies too deep or is hidden: transitions of states that aren't drawn become those of what is around. */
export function foldGraph(graph: MachineGraph, { depth = 99, hide = [] }: FoldOptions): FoldedGraph {
  const shown = (path: string) => path.split('.').slice(0, depth).join('.');
  const standsFor = new Map(graph.states.map(({ path }) => [path, shown(path)]));
  const edges = new Map<string, GraphTransition[]>();
  for (const one of graph.transitions) {
    if (hide.includes(one.trigger.kind)) continue;
    const [from, to] = [shown(one.from), shown(one.to)];
    // Inside of a state that is drawn closed nothing is seen of it.
    if (from === to && (one.from !== one.to || one.from !== from)) continue;
    const id = `${from} → ${to}`;
    edges.set(id, [...(edges.get(id) ?? []), one]);
  }
  return {
    states: graph.states.filter(({ path }) => shown(path) === path),
    hidden: graph.states.filter(({ path }) => shown(path) !== path),
    standsFor,
    edges: [...edges].map(([id, transitions]) => {
      const [from = '', to = ''] = id.split(' → ');
      return { id, from, to, transitions };
    }),
  };
}
