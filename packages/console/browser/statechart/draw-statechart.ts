import { drawEdge } from './draw-edge.js';
import { drawState, writeHeat } from './draw-state.js';
import { roundedPath } from './rounded-path.js';
import type { StatechartLayout } from './statechart-layout.js';
import type { StatechartMarks } from './statechart-marks.js';
import { addStatechartStyle } from './statechart-style.js';
import { svg } from './svg-element.js';

/** What {@link drawStatechart} takes beside the layout. */
export interface DrawOptions {
  /** Default: the page's. */
  readonly document?: Document;
  /** Makes states buttons; called with the path of the one that was chosen. */
  readonly onSelect?: (path: string) => void;
}

/** A statechart on the page. */
export interface Statechart {
  /** To be put into the page. It has a `viewBox` and is as wide as where it is put. */
  readonly element: SVGSVGElement;
  /** Shows these marks in place of those before. */
  show(marks: StatechartMarks): void;
}

const TOKEN_MS = 700;

/** Draws a layout. Colours follow the page's `color-scheme`, and can be set by CSS properties (`--sc-running`, ...). */
export function drawStatechart(layout: StatechartLayout, options: DrawOptions = {}): Statechart {
  const { document = globalThis.document, onSelect } = options;
  addStatechartStyle(document);
  const element = svg(document, 'svg', {
    class: 'sc',
    viewBox: `0 0 ${layout.width} ${layout.height}`,
    width: layout.width,
    height: layout.height,
    role: 'group',
    'aria-label': `Statechart of ${layout.saga}`,
  });
  const states = new Map(layout.states.map((laid) => [laid.state.path, drawState(document, laid)]));
  const edges = new Map(layout.edges.map((edge) => [edge.id, drawEdge(document, edge)]));
  const isOpen = (path: string) => layout.states.some((one) => one.state.path === path && one.isOpen);
  // What is around lies below the lines, what is inside above them.
  for (const [path, group] of states) if (isOpen(path)) element.append(group);
  element.append(...edges.values());
  if (layout.start) {
    const { x, y, points } = layout.start;
    const way = svg(document, 'path', { d: roundedPath(points), class: 'sc-way' });
    element.append(svg(document, 'g', { class: 'sc-edge' }, way));
    element.append(svg(document, 'circle', { cx: x, cy: y, r: 5, class: 'sc-start' }));
  }
  for (const [path, group] of states) if (!isOpen(path)) element.append(group);
  if (onSelect) for (const [path, group] of states) makeButton(group, path, onSelect);
  let latest: string | undefined;
  return {
    element,
    show(marks) {
      element.dataset['tone'] = marks.tone ?? 'running';
      showStates(layout, states, marks);
      const last = showEdges(layout, edges, marks);
      const way = `${marks.travelled?.length ?? 0} ${last}`;
      if (last !== undefined && latest !== undefined && way !== latest) sendToken(element, edges.get(last));
      latest = way;
    },
  };
}

function showStates(
  layout: StatechartLayout,
  states: ReadonlyMap<string, SVGGElement>,
  { active = [], visited = [], over = [], heat = {} }: StatechartMarks,
): void {
  for (const laid of layout.states) {
    const group = states.get(laid.state.path);
    if (!group) continue;
    const isActive = laid.paths.some((path) => active.includes(path));
    group.classList.toggle('sc-active', isActive);
    group.classList.toggle('sc-visited', !isActive && laid.paths.some((path) => visited.includes(path)));
    group.classList.toggle(
      'sc-over',
      laid.paths.every((path) => over.includes(path)),
    );
    if (isActive) group.setAttribute('aria-current', 'step');
    else group.removeAttribute('aria-current');
    writeHeat(group, laid, heat[laid.state.path]);
  }
}

/** Says which line was travelled last. */
function showEdges(
  layout: StatechartLayout,
  edges: ReadonlyMap<string, SVGGElement>,
  { travelled = [], over = [] }: StatechartMarks,
): string | undefined {
  const taken = new Set(travelled);
  let last: string | undefined;
  for (const edge of layout.edges) {
    const group = edges.get(edge.id);
    group?.classList.toggle(
      'sc-travelled',
      edge.transitions.some(({ id }) => taken.has(id)),
    );
    group?.classList.toggle('sc-over', over.includes(edge.from));
  }
  for (const id of travelled) {
    const edge = layout.edges.find(({ transitions }) => transitions.some((one) => one.id === id));
    if (edge) last = edge.id;
  }
  return last;
}

/** Lets a dot run along the line, where motion is welcome. */
function sendToken(element: SVGSVGElement, edge: SVGGElement | undefined): void {
  const way = edge?.querySelector<SVGPathElement>('.sc-way');
  const view = element.ownerDocument.defaultView;
  if (!way || !view || view.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const token = svg(element.ownerDocument, 'circle', { r: 6, class: 'sc-token' });
  const length = way.getTotalLength();
  const startedAt = view.performance.now();
  const move = (now: number) => {
    const part = Math.min(1, (now - startedAt) / TOKEN_MS);
    const { x, y } = way.getPointAtLength(length * part);
    token.setAttribute('cx', String(x));
    token.setAttribute('cy', String(y));
    if (part < 1 && element.isConnected) view.requestAnimationFrame(move);
    else token.remove();
  };
  element.append(token);
  view.requestAnimationFrame(move);
}

function makeButton(group: SVGGElement, path: string, onSelect: (path: string) => void): void {
  group.setAttribute('role', 'button');
  group.setAttribute('tabindex', '0');
  group.setAttribute('aria-label', path);
  group.addEventListener('click', (event) => {
    event.stopPropagation();
    onSelect(path);
  });
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onSelect(path);
  });
}
