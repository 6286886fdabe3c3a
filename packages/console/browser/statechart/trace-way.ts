import type { GraphTransition, HistoryEntry, MachineGraph } from '@countermand/saga-core';

/** What a drawing needs of a line of a saga's history. */
export type WayEntry = Pick<HistoryEntry, 'event' | 'outcome' | 'from' | 'to'>;

/** The way that a saga came: the states that it was in, and the transitions that it took, oldest first. */
export interface Way {
  readonly visited: readonly string[];
  /** Ids of transitions; one that was taken twice is there twice. */
  readonly travelled: readonly string[];
}

/** Finds the way in the machine's graph from the saga's history. */
export function traceWay(graph: MachineGraph, history: readonly WayEntry[]): Way {
  const visited = new Set<string>();
  const travelled: string[] = [];
  for (const entry of history) {
    const [before, after] = [pathsIn(entry.from), pathsIn(entry.to)];
    for (const path of [...before, ...after]) visited.add(path);
    if (entry.outcome === 'applied') travelled.push(...hopsOf(graph, entry.event, before, after));
  }
  return { visited: [...visited], travelled };
}

/** Paths of every state that a state value names: `{ PAID: 'checkingFraud' }` is in `PAID` and `PAID.checkingFraud`. */
export function pathsIn(value: unknown, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsIn(inner, `${above}${key}.`),
  ]);
}

/** The transition that the event took, and those that followed from it at once. */
function hopsOf(
  graph: MachineGraph,
  event: string,
  before: readonly string[],
  after: readonly string[],
): string[] {
  const isSame = before.length === after.length && before.every((path) => after.includes(path));
  const ends = (path: string) => after.includes(path);
  const first = graph.transitions.filter(
    (one) => before.includes(one.from) && fits(one, event) && !(isSame && one.from !== one.to),
  );
  const direct =
    first.find(({ to }) => ends(to)) ??
    always(graph, before).find(({ to }) => ends(to) && !before.includes(to));
  if (direct) return [direct.id];
  // It went on at once from where it led.
  for (const one of first) {
    const next = always(graph, [one.to, ...initialsOf(graph, one.to)]).find(({ to }) => ends(to));
    if (next) return [one.id, next.id];
  }
  return [];
}

function always(graph: MachineGraph, from: readonly string[]): GraphTransition[] {
  return graph.transitions.filter(
    ({ trigger, from: start }) => trigger.kind === 'always' && from.includes(start),
  );
}

function initialsOf(graph: MachineGraph, path: string): string[] {
  const inside = graph.states.filter(({ parent, isInitial }) => parent === path && isInitial);
  return inside.flatMap((state) => [state.path, ...initialsOf(graph, state.path)]);
}

/** Whether a line of the history is about what sets the transition off. */
function fits({ trigger: { kind, name } }: GraphTransition, event: string): boolean {
  if (kind === 'timer') return event === `timer.${name}`;
  if (kind === 'done') return event === `${name}.done`;
  if (kind === 'failed') return event === `${name}.declined` || event === `${name}.unknown`;
  return event === name;
}
