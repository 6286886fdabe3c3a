import type { AnyStateNode } from 'xstate';
import type { HistoryEntry } from '../decision.js';
import { describeTransitions } from '../diagram.js';
import type { Envelope } from '../envelope.js';
import type { Json } from '../json.js';
import { keptBy } from '../kept-obligations.js';
import { obligationId, openObligations } from '../ledger.js';
import type { Live } from '../live.js';
import { initialDescendants } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import { isAtRest } from '../settle-rest.js';
import { pathsIn } from '../state-value.js';
import { isCompensating } from '../steps-in-flight.js';
import { compensationPreview } from '../view.js';
import { restore } from '../xstate-seam.js';
import { quoted, type StateIds } from './mermaid-text.js';

/** One live saga: where it stands, and how it came there. */
export interface LiveSaga {
  readonly envelope: Envelope;
  readonly history?: readonly Pick<HistoryEntry, 'event' | 'from' | 'to'>[];
}

/** What a drawing of the machine gets on top: where one saga is, how it came there, what is over, what is open. */
export function drawLiveSaga(
  saga: AnySaga,
  { envelope, history = [] }: LiveSaga,
  nodes: readonly AnyStateNode[],
  idOf: StateIds,
): string[] {
  const live = restore(saga.machine, envelope.snapshot);
  const here = new Set(live.nodes.map((node) => node.path.join('.')));
  const passed = new Set(history.flatMap(({ to }) => pathsIn(to)));
  const ahead = reachable(saga, here, nodes);
  const classes = nodes.filter(isLeaf).flatMap((node) => {
    const path = node.path.join('.');
    if (here.has(path)) return [`  class ${idOf(path)} here`];
    if (passed.has(path)) return [`  class ${idOf(path)} passed`];
    return ahead.has(path) ? [] : [`  class ${idOf(path)} over`];
  });
  return [...drawWay(history, idOf), ...classes, ...drawOpen(saga, envelope, live)];
}

/** The changes of state so far as thick edges, numbered in their order. */
function drawWay(history: NonNullable<LiveSaga['history']>, idOf: StateIds): string[] {
  const labels = new Map<string, string[]>();
  const changes = history.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
  for (const [index, { event, from, to }] of changes.entries()) {
    const [before, after] = [leavesIn(from), leavesIn(to)];
    const left = before.filter((path) => !after.includes(path)).map(idOf);
    const entered = after.filter((path) => !before.includes(path)).map(idOf);
    for (const source of from === null ? ['began(("start"))'] : left) {
      for (const target of entered) {
        const way = `${source} ==> ${target}`;
        labels.set(way, [...(labels.get(way) ?? []), `${index + 1}. ${quoted(event)}`]);
      }
    }
  }
  return [...labels].map(([way, told]) => `  ${way.replace('==>', `==>|"${told.join('<br/>')}"|`)}`);
}

function leavesIn(value: Json): string[] {
  const paths = pathsIn(value);
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
}

/** What is open in the world, and what is to become of it. */
function drawOpen(saga: AnySaga, envelope: Envelope, live: Live): string[] {
  const rests = isAtRest({ ...envelope, live });
  const isKept = keptBy(live.nodes, live.context);
  const kept = openObligations(envelope.obligations).filter((one) => rests && isKept(one));
  const open = compensationPreview(saga, envelope).filter((one) => !rests || !isKept(one));
  const lost = open.filter(({ undo }) => undo === undefined);
  const undone = open.flatMap(({ id, undo }) => (undo === undefined ? [] : [`${id} by ${undo}`]));
  const meanwhile = rests ? 'left open' : 'would be undone if it failed now';
  return [
    ...drawBox('undo', isCompensating(envelope) ? 'being undone' : meanwhile, undone, 'undone'),
    ...drawBox(
      'lost',
      'open, and nothing undoes it',
      lost.map(({ id }) => id),
      'undone',
    ),
    ...drawBox('kept', 'kept', kept.map(obligationId), 'rest'),
  ];
}

function drawBox(id: string, title: string, lines: readonly string[], className: string): string[] {
  if (lines.length === 0) return [];
  return [`  ${id}["${title}:<br/>${lines.map(quoted).join('<br/>')}"]`, `  class ${id} ${className}`];
}

/** Paths that some sequence of transitions leads to, whatever guards say. */
function reachable(
  saga: AnySaga,
  here: ReadonlySet<string>,
  nodes: readonly AnyStateNode[],
): ReadonlySet<string> {
  const found = new Set(here);
  const transitions = describeTransitions(saga);
  const enter = (path: string): void => {
    const node = nodes.find((one) => one.path.join('.') === path);
    for (const one of node ? [...ancestors(node), node, ...initialDescendants(node)] : [])
      found.add(one.path.join('.'));
  };
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { from, to } of transitions)
      if (to !== undefined && (from === saga.machine.root.id || found.has(from))) enter(to);
  }
  return found;
}

function ancestors(node: AnyStateNode): AnyStateNode[] {
  return node.parent && node.parent.path.length > 0 ? [...ancestors(node.parent), node.parent] : [];
}

function isLeaf(node: AnyStateNode): boolean {
  return Object.keys(node.states).length === 0;
}
