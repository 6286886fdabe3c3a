import type { LabelLine, LaidEdge, LaidState, StatechartLayout } from '@countermand/console/statechart';
import type { GraphState, GraphTransition, MachineGraph } from '@countermand/saga-core';
import { STATUS_WORDS } from './name-things.ts';

/** From top to bottom: the way of an order that goes well. */
const WAY = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT'];

/** What leads from state to state, as a customer would call it. */
const CAUSES: Readonly<Record<string, string>> = {
  'CREATED → RESERVED': 'units held',
  'RESERVED → PAYMENT_PENDING': 'you pay',
  'PAYMENT_PENDING → PAID': 'money taken',
  'PAID → CONFIRMED': 'checks pass',
  'CONFIRMED → SHIPPED': 'packed',
  'SHIPPED → IN_TRANSIT': 'scanned',
  'CREATED → FAILED': 'no units',
  'RESERVED → FAILED': 'declined',
  'PAYMENT_PENDING → FAILED': 'it fails',
  'PAID → FAILED': 'check fails',
};

// Pixels.
const MARGIN = 10;
const SIDE = 102;
const LANE = 88;
const MAIN = 112;
const HEIGHT = 34;
const STEP = 64;
const LABEL_WIDTH = 84;
const MAIN_X = MARGIN + SIDE + LANE;
const RIGHT_X = MAIN_X + MAIN + LANE;

/**
 * The order's machine as the page draws it: the way that goes well straight down, what has failed on the left, what was
 * cancelled on the right. Only the top states have a place; administrators' moves are left out.
 */
export function layoutOrder(graph: MachineGraph): StatechartLayout {
  const edges = [...fold(graph.transitions)].map(([id, transitions]) => layEdge(id, transitions));
  return {
    saga: graph.saga,
    width: RIGHT_X + SIDE + MARGIN,
    height: yOf(WAY.length - 1) + HEIGHT + MARGIN,
    states: graph.states.filter(({ parent }) => parent === undefined).map((state) => layState(state, graph)),
    edges: edges.filter((edge) => edge !== undefined),
    start: undefined,
  };
}

function fold(transitions: readonly GraphTransition[]): Map<string, GraphTransition[]> {
  const edges = new Map<string, GraphTransition[]>();
  for (const one of transitions) {
    const [from, to] = [topOf(one.from), topOf(one.to)];
    if (from === to || one.trigger.kind === 'override') continue;
    const id = `${from} → ${to}`;
    edges.set(id, [...(edges.get(id) ?? []), one]);
  }
  return edges;
}

function layState(state: GraphState, { states }: MachineGraph): LaidState {
  const paths = states.map(({ path }) => path).filter((path) => topOf(path) === state.path);
  const laid = {
    state: { ...state, name: STATUS_WORDS[state.path] ?? state.name, compensates: isSide(state.path) },
    ...{ isOpen: false, paths },
  };
  const row = WAY.indexOf(state.path);
  if (row >= 0) return { ...laid, x: MAIN_X, y: yOf(row), width: MAIN, height: HEIGHT, lines: [] };
  const last = state.path === 'FAILED' ? 3 : 4;
  const x = state.path === 'FAILED' ? MARGIN : RIGHT_X;
  const height = yOf(last) + HEIGHT - yOf(0);
  return { ...laid, x, y: yOf(0), width: SIDE, height, lines: ['undoes what', 'is open'] };
}

function layEdge(id: string, transitions: readonly GraphTransition[]): LaidEdge | undefined {
  const [from = '', to = ''] = id.split(' → ');
  const row = WAY.indexOf(from);
  if (row < 0) return undefined;
  const lines = labelsOf(id, transitions);
  const middle = yOf(row) + HEIGHT / 2;
  const height = 5 + 15 * lines.length;
  if (!isSide(to)) {
    const x = MAIN_X + MAIN / 2;
    const points = [
      { x, y: yOf(row) + HEIGHT },
      { x, y: yOf(row + 1) },
    ];
    const y = yOf(row) + HEIGHT + (STEP - HEIGHT - height) / 2 - 2;
    return { id, from, to, transitions, points, label: { x: x + 6, y, width: LABEL_WIDTH, height, lines } };
  }
  const isLeft = to === 'FAILED';
  const [start, end] = isLeft ? [MAIN_X, MARGIN + SIDE] : [MAIN_X + MAIN, RIGHT_X];
  const points = [
    { x: start, y: middle },
    { x: end, y: middle },
  ];
  const label = { x: (isLeft ? end : start) + 4, y: middle - height - 1, width: LABEL_WIDTH, height, lines };
  return { id, from, to, transitions, points, label };
}

/** What a person would say sets it off, in one line. */
function labelsOf(id: string, transitions: readonly GraphTransition[]): LabelLine[] {
  const isTimed = transitions.some(({ trigger }) => trigger.kind === 'timer');
  return [{ kind: 'event', text: CAUSES[id] ?? (isTimed ? 'cancel, late' : 'you cancel') }];
}

function isSide(path: string): boolean {
  return path === 'FAILED' || path === 'CANCELLED';
}

function topOf(path: string): string {
  return path.split('.')[0] ?? path;
}

function yOf(row: number): number {
  return MARGIN + 14 + row * STEP;
}
