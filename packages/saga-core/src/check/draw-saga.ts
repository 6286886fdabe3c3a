import type { AnyStateNode } from 'xstate';
import { COMPENSATE } from '../compensate.js';
import type { HistoryEntry } from '../decision.js';
import { describeTransitions } from '../diagram.js';
import type { Envelope } from '../envelope.js';
import type { Json } from '../json.js';
import { obligationId, openObligations } from '../ledger.js';
import { allNodes } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import { keepsOf, REST_TAG } from '../state-value.js';
import { restore } from '../xstate-seam.js';

/** One live saga: where it stands, and how it came there. */
export interface LiveSaga {
  readonly envelope: Envelope;
  readonly history?: readonly Pick<HistoryEntry, 'to'>[];
}

/**
 * A saga's machine as a Mermaid flowchart: states with their steps, what these open and close on the edges of their
 * answers, timers dashed, states that compensate and states of rest in colours of their own.
 *
 * With a live saga: where it is, the states through which it came, what can't happen any more faded, and what would
 * be undone if it failed now.
 */
export function drawSaga(saga: AnySaga, live?: LiveSaga): string {
  const nodes = allNodes(saga.machine).filter(({ path }) => path.length > 0);
  const top = nodes.filter(({ path }) => path.length === 1);
  return [
    'flowchart TD',
    ...top.flatMap((node) => drawNode(node, '  ')),
    ...drawEdges(saga),
    ...nodes.flatMap((node) => classOf(node)),
    ...(live ? drawLive(saga, live, nodes) : []),
    '  classDef compensates fill:#fdebd0,stroke:#ca6f1e',
    '  classDef rest fill:#eafaf1,stroke:#1e8449',
    ...(live
      ? [
          '  classDef here fill:#2471a3,stroke:#1a5276,color:#ffffff',
          '  classDef passed stroke-width:3px',
          '  classDef over opacity:0.35',
          '  classDef undone fill:#fdebd0,stroke:#ca6f1e,stroke-dasharray:4',
        ]
      : []),
  ].join('\n');
}

function drawNode(node: AnyStateNode, indent: string): string[] {
  const children = Object.values(node.states) as AnyStateNode[];
  if (children.length === 0) return [`${indent}${idOf(node)}["${labelOf(node)}"]`];
  return [
    `${indent}subgraph ${idOf(node)}["${labelOf(node)}"]`,
    ...children.flatMap((child) => drawNode(child, `${indent}  `)),
    `${indent}end`,
  ];
}

function labelOf(node: AnyStateNode): string {
  const steps = node.invoke.map(({ src }) => String(src));
  const kept = keepsOf(node);
  return [node.key, ...steps, ...(kept.length > 0 ? [`keeps ${kept.join(', ')}`] : [])].join('<br/>');
}

function drawEdges(saga: AnySaga): string[] {
  const edges = describeTransitions(saga).map(({ from, to, on, guard }) => {
    const label = [on + worldOf(saga, on), ...(guard === undefined ? [] : [`if ${guard}`])].join('<br/>');
    const arrow = on.startsWith('after ') ? '-.->' : '-->';
    return `  ${idOfPath(from)} ${arrow}|"${label}"| ${idOfPath(to ?? from)}`;
  });
  return [...new Set(edges)];
}

/** What a step's answer, or an event, does to the world. */
function worldOf(saga: AnySaga, on: string): string {
  const [, step, how] = /^(\S+) (done|failed)$/.exec(on) ?? [];
  const { opens, closes = [] } = (step === undefined ? saga.events[on] : saga.steps[step]) ?? {};
  const opened = opens ? [`opens ${opens.kind}${how === 'failed' ? ' perhaps' : ''}`] : [];
  const closed = how === 'failed' ? [] : closes.map(({ kind }) => `closes ${kind}`);
  return [...opened, ...closed].map((line) => `<br/>${line}`).join('');
}

function classOf(node: AnyStateNode): string[] {
  if (node.invoke.some(({ src }) => src === COMPENSATE)) return [`  class ${idOf(node)} compensates`];
  return node.tags.includes(REST_TAG) ? [`  class ${idOf(node)} rest`] : [];
}

function drawLive(
  saga: AnySaga,
  { envelope, history = [] }: LiveSaga,
  nodes: readonly AnyStateNode[],
): string[] {
  const here = new Set(restore(saga.machine, envelope.snapshot).nodes.map((node) => node.path.join('.')));
  const passed = new Set(history.flatMap(({ to }) => pathsIn(to)));
  const ahead = reachable(saga, here, nodes);
  const isLeaf = (node: AnyStateNode) => Object.keys(node.states).length === 0;
  const classes = nodes.filter(isLeaf).flatMap((node) => {
    const path = node.path.join('.');
    if (here.has(path)) return [`  class ${idOf(node)} here`];
    if (passed.has(path)) return [`  class ${idOf(node)} passed`];
    return ahead.has(path) ? [] : [`  class ${idOf(node)} over`];
  });
  const open = openObligations(envelope.obligations).map(
    (one) => `${obligationId(one)}${one.undo ? ` by ${one.undo}` : ''}`,
  );
  if (open.length === 0) return classes;
  return [...classes, `  undo["would be undone now:<br/>${open.join('<br/>')}"]`, '  class undo undone'];
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
    for (const one of node ? [...ancestors(node), node, ...initialOf(node)] : [])
      found.add(one.path.join('.'));
  };
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { from, to } of transitions) if (found.has(from) && to !== undefined) enter(to);
  }
  return found;
}

function ancestors(node: AnyStateNode): AnyStateNode[] {
  return node.parent && node.parent.path.length > 0 ? [...ancestors(node.parent), node.parent] : [];
}

function initialOf(node: AnyStateNode): AnyStateNode[] {
  const entered =
    node.type === 'parallel'
      ? (Object.values(node.states) as AnyStateNode[])
      : node.type === 'compound'
        ? (node.initial.target as readonly AnyStateNode[])
        : [];
  return entered.flatMap((one) => [one, ...initialOf(one)]);
}

function pathsIn(value: Json, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsIn(inner as Json, `${above}${key}.`),
  ]);
}

function idOf(node: AnyStateNode): string {
  return idOfPath(node.path.join('.'));
}

/** `end` and the like are words of Mermaid's own. */
function idOfPath(path: string): string {
  return `s_${path.replace(/[^A-Za-z0-9]/g, '_')}`;
}
