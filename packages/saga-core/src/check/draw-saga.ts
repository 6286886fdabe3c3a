import type { AnyStateNode } from 'xstate';
import { COMPENSATE } from '../compensate.js';
import { describeTransitions } from '../diagram.js';
import { describeKept, keepsOf } from '../kept-obligations.js';
import { allNodes, transitionsOf } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import { REST_TAG } from '../state-value.js';
import { drawLiveSaga, type LiveSaga } from './draw-live-saga.js';
import { ANYWHERE, quoted, type StateIds, stateIds } from './mermaid-text.js';

/**
 * A saga's machine as a Mermaid flowchart: states with their steps, what these open and close on the edges of their
 * answers, timers dashed, states that compensate and states of rest in colours of their own.
 *
 * With a live saga: where it is, how it came there as thick edges that are numbered, what can't happen any more faded,
 * and what is open: what would be undone if it failed now, what is being undone, what it keeps at rest.
 */
export function drawSaga(saga: AnySaga, live?: LiveSaga): string {
  const nodes = allNodes(saga.machine).filter(({ path }) => path.length > 0);
  const top = nodes.filter(({ path }) => path.length === 1);
  const idOf = stateIds(nodes);
  return [
    'flowchart TD',
    ...(transitionsOf(saga.machine.root).length > 0 ? [`  ${ANYWHERE}(["in any state"])`] : []),
    ...top.flatMap((node) => drawNode(node, '  ', idOf)),
    ...drawEdges(saga, idOf),
    ...nodes.flatMap((node) => classOf(node, idOf)),
    ...(live ? drawLiveSaga(saga, live, nodes, idOf) : []),
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

function drawNode(node: AnyStateNode, indent: string, idOf: StateIds): string[] {
  const id = idOf(node.path.join('.'));
  const children = Object.values(node.states) as AnyStateNode[];
  if (children.length === 0) return [`${indent}${id}["${labelOf(node)}"]`];
  return [
    `${indent}subgraph ${id}["${labelOf(node)}"]`,
    ...children.flatMap((child) => drawNode(child, `${indent}  `, idOf)),
    `${indent}end`,
  ];
}

function labelOf(node: AnyStateNode): string {
  const steps = node.invoke.map(({ src }) => String(src));
  const kept = keepsOf(node).map(describeKept);
  return [node.key, ...steps, ...(kept.length > 0 ? [`keeps ${kept.join(', ')}`] : [])]
    .map(quoted)
    .join('<br/>');
}

function drawEdges(saga: AnySaga, idOf: StateIds): string[] {
  const edges = describeTransitions(saga).map(({ from, to, on, guard }) => {
    const condition = guard === undefined ? [] : [`if ${guard}`];
    const label = [on, ...worldOf(saga, on), ...condition].map(quoted).join('<br/>');
    const arrow = on.startsWith('after ') ? '-.->' : '-->';
    return `  ${idOf(from)} ${arrow}|"${label}"| ${idOf(to ?? from)}`;
  });
  return [...new Set(edges)];
}

/** What a step's answer, or an event, does to the world. */
function worldOf(saga: AnySaga, on: string): string[] {
  const [, step, how] = /^(\S+) (done|failed)$/.exec(on) ?? [];
  const { opens, closes = [] } = (step === undefined ? saga.events[on] : saga.steps[step]) ?? {};
  const opened = opens ? [`opens ${opens.kind}${how === 'failed' ? ' perhaps' : ''}`] : [];
  const closed = how === 'failed' ? [] : closes.map(({ kind }) => `closes ${kind}`);
  return [...opened, ...closed];
}

function classOf(node: AnyStateNode, idOf: StateIds): string[] {
  const id = idOf(node.path.join('.'));
  if (node.invoke.some(({ src }) => src === COMPENSATE)) return [`  class ${id} compensates`];
  return node.tags.includes(REST_TAG) ? [`  class ${id} rest`] : [];
}
