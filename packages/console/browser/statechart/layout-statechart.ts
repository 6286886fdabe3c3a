import type { GraphState, MachineGraph } from '@countermand/saga-core';
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import { describeKept } from './describe-kept.js';
import { type FoldedEdge, type FoldedGraph, type FoldOptions, foldGraph } from './fold-graph.js';
import { measureText } from './measure-text.js';
import {
  type Box,
  type LabelLine,
  type LaidEdge,
  type LaidState,
  type Point,
  SIZES,
  type StatechartLayout,
} from './statechart-layout.js';

/** The part of elkjs that is used: `new ELK()` of any of its builds, with a worker or without. */
export interface Elk {
  layout(graph: ElkNode): Promise<ElkNode>;
}

/** What {@link layoutStatechart} takes beside the graph. */
export interface LayoutOptions extends FoldOptions {
  readonly direction?: 'down' | 'right';
  /** Default: elkjs, loaded when it is first needed and run where it is called. */
  readonly elk?: Elk;
}

const START = '*start*';
const MAX_LABEL_LINES = 4;
const MAX_STEP_LINES = 4;

/**
 * Finds a place for every state and a way for every transition. The result is plain JSON, so that it can be made once,
 * in a worker or on a server, and drawn anywhere.
 */
export async function layoutStatechart(
  graph: MachineGraph,
  options: LayoutOptions = {},
): Promise<StatechartLayout> {
  const folded = foldGraph(graph, options);
  const elk = options.elk ?? (await bundledElk());
  const laid = await elk.layout(elkGraph(folded, options.direction ?? 'down'));
  return readLayout(graph, folded, laid);
}

async function bundledElk(): Promise<Elk> {
  const { default: Elk } = await import('elkjs/lib/elk.bundled.js');
  // As a CommonJS module it comes once more wrapped, depending on who has loaded it.
  const Constructor = 'default' in Elk ? (Elk.default as typeof Elk) : Elk;
  return new Constructor();
}

function elkGraph(folded: FoldedGraph, direction: 'down' | 'right'): ElkNode {
  const top = folded.states.filter(({ parent }) => parent === undefined);
  const first = top.find(({ isInitial }) => isInitial);
  return {
    id: '*root*',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.padding': '[top=12,left=12,bottom=12,right=12]',
      'elk.spacing.nodeNode': '28',
      'elk.spacing.edgeNode': '16',
      'elk.spacing.edgeEdge': '12',
      'elk.spacing.edgeLabel': '4',
      'elk.layered.spacing.nodeNodeBetweenLayers': '30',
      'elk.layered.spacing.edgeNodeBetweenLayers': '16',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
      'elk.layered.considerModelOrder.strategy': 'PREFER_NODES',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.thoroughness': '30',
      'elk.layered.mergeEdges': 'false',
      'elk.layered.mergeHierarchyEdges': 'false',
    },
    children: [
      ...(first ? [{ id: START, width: 10, height: 10 }] : []),
      ...top.map((state) => elkNode(folded, state)),
    ],
    edges: [
      ...(first
        ? [
            {
              id: START,
              sources: [START],
              targets: [first.path],
              layoutOptions: { 'elk.layered.priority.straightness': '10' },
            },
          ]
        : []),
      ...folded.edges.map((edge) => elkEdge(edge, goesBack(folded, edge))),
    ],
  };
}

function elkNode(folded: FoldedGraph, state: GraphState): ElkNode {
  const children = childrenOf(folded, state.path);
  const lines = linesOf(folded, state);
  const width = Math.max(
    64,
    measureText(state.name, SIZES.name) * 1.08 + 38,
    ...lines.map((line) => measureText(line, SIZES.line) + 42),
  );
  const top = SIZES.header + lines.length * SIZES.lineHeight + (lines.length > 0 ? 6 : 0);
  if (children.length === 0) return { id: state.path, width, height: Math.max(34, top + 2) };
  return {
    id: state.path,
    layoutOptions: {
      'elk.padding': `[top=${top + 10},left=14,bottom=14,right=14]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${top + 30})`,
    },
    children: children.map((child) => elkNode(folded, child)),
  };
}

/**
 * Whether a line leads to a state that the machine declares before the one it comes from. Such lines are laid out the
 * other way round, so that states stand in the machine's order.
 */
function goesBack({ states }: FoldedGraph, { from, to }: FoldedEdge): boolean {
  const [a, b] = [from.split('.'), to.split('.')];
  const same = a.findIndex((part, index) => part !== b[index]);
  if (same < 0 || same >= b.length) return false;
  const indexOf = (path: readonly string[]) =>
    states.findIndex((state) => state.path === path.slice(0, same + 1).join('.'));
  return indexOf(b) < indexOf(a);
}

function elkEdge({ id, from, to, transitions }: FoldedEdge, isBack: boolean): ElkExtendedEdge {
  const lines = labelLines(transitions);
  const width = Math.max(...lines.map(({ text }) => measureText(text, SIZES.label) + SIZES.icon + 12));
  const height = lines.length * SIZES.labelHeight + 6;
  return {
    id,
    sources: [isBack ? to : from],
    targets: [isBack ? from : to],
    labels: [{ text: id, width, height, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }],
  };
}

function labelLines(transitions: FoldedEdge['transitions']): LabelLine[] {
  const lines = new Map<string, LabelLine>();
  for (const { trigger, label, guard } of transitions) {
    const text = trigger.kind === 'always' ? (guard ?? label) : label;
    lines.set(`${trigger.kind} ${text}`, { kind: trigger.kind, text });
  }
  const all = [...lines.values()];
  if (all.length <= MAX_LABEL_LINES) return all;
  const rest = all.length - MAX_LABEL_LINES + 1;
  return [...all.slice(0, MAX_LABEL_LINES - 1), { kind: 'event', text: `and ${rest} more` }];
}

function childrenOf({ states }: FoldedGraph, path: string): GraphState[] {
  return states.filter(({ parent }) => parent === path);
}

/** A state that is drawn closed tells the steps of what is inside. */
function linesOf(folded: FoldedGraph, state: GraphState): string[] {
  const isClosed = childrenOf(folded, state.path).length === 0;
  const inside = isClosed ? folded.hidden.filter(({ path }) => path.startsWith(`${state.path}.`)) : [];
  const all = [state, ...inside];
  const steps = [...new Set(all.flatMap((one) => one.steps))];
  const keeps = [...new Set(all.flatMap(describeKept))];
  return [
    ...(all.some(({ compensates }) => compensates) ? ['undoes what is open'] : []),
    ...(steps.length > MAX_STEP_LINES
      ? [...steps.slice(0, MAX_STEP_LINES - 1), `and ${steps.length - MAX_STEP_LINES + 1} more steps`]
      : steps),
    ...(keeps.length > 0 ? [`keeps ${keeps.join(', ')}`] : []),
  ];
}

function readLayout(graph: MachineGraph, folded: FoldedGraph, laid: ElkNode): StatechartLayout {
  const boxes = new Map<string, Box>();
  const visit = (node: ElkNode) => {
    const { x = 0, y = 0, width = 0, height = 0 } = node;
    boxes.set(node.id, { x, y, width, height });
    for (const child of node.children ?? []) visit(child);
  };
  visit(laid);
  const edges = new Map((laid.edges ?? []).map((edge) => [edge.id, edge]));
  const start = boxes.get(START);
  const startEdge = edges.get(START);
  return {
    saga: graph.saga,
    width: Math.ceil(laid.width ?? 0),
    height: Math.ceil(laid.height ?? 0),
    states: folded.states.map((state) => readState(graph, folded, state, boxes.get(state.path))),
    edges: folded.edges.map((edge) => readEdge(edge, edges.get(edge.id), goesBack(folded, edge))),
    start: start && startEdge ? { x: start.x + 5, y: start.y + 5, points: pointsOf(startEdge) } : undefined,
  };
}

function readState(
  graph: MachineGraph,
  folded: FoldedGraph,
  state: GraphState,
  box: Box = { x: 0, y: 0, width: 0, height: 0 },
): LaidState {
  return {
    ...box,
    state,
    isOpen: childrenOf(folded, state.path).length > 0,
    paths: graph.states.map(({ path }) => path).filter((path) => folded.standsFor.get(path) === state.path),
    lines: linesOf(folded, state),
  };
}

function readEdge(edge: FoldedEdge, laid: ElkExtendedEdge | undefined, isBack: boolean): LaidEdge {
  const points = laid ? pointsOf(laid) : [];
  const [label] = laid?.labels ?? [];
  const { x = 0, y = 0, width = 0, height = 0 } = label ?? {};
  return {
    ...edge,
    points: isBack ? points.toReversed() : points,
    label: label && { x, y, width, height, lines: labelLines(edge.transitions) },
  };
}

function pointsOf({ sections }: ElkExtendedEdge): Point[] {
  return (sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
}
