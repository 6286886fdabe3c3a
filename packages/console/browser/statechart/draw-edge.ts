import { roundedPath } from './rounded-path.js';
import { type LaidEdge, type Point, SIZES } from './statechart-layout.js';
import { svg } from './svg-element.js';

/** Strokes in a field of 10 by 10, for what sets a transition off. */
const ICONS = {
  done: 'M1.5 5.5 4 8 8.5 2.5',
  failed: 'M2 2 8 8M8 2 2 8',
  timer: 'M5 1a4 4 0 1 0 .01 0ZM5 3v2.2l1.6 1',
  event: 'M1 5h7M5.5 2.5 8 5 5.5 7.5',
  override: 'M2 8.5 2.6 6 7 1.5 8.6 3 4.2 7.6Z',
  finished: 'M2 5a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  always: 'M1 5h2M4.4 5h1.2M7 5h2',
} as const;

const HEAD = 7;

/** Draws the line of some transitions, with its head and its label. */
export function drawEdge(document: Document, edge: LaidEdge): SVGGElement {
  const isTimed = edge.transitions.every(({ trigger }) => trigger.kind === 'timer');
  const group = svg(document, 'g', { class: isTimed ? 'sc-edge sc-timer' : 'sc-edge', 'data-edge': edge.id });
  group.append(svg(document, 'title', {}, titleOf(edge)));
  group.append(svg(document, 'path', { d: roundedPath(edge.points), class: 'sc-way' }));
  const head = headOf(edge.points);
  if (head !== undefined) group.append(svg(document, 'path', { d: head, class: 'sc-head' }));
  if (edge.label) group.append(drawLabel(document, edge.label));
  return group;
}

function drawLabel(document: Document, label: NonNullable<LaidEdge['label']>): SVGGElement {
  const { x, y, width, height, lines } = label;
  const group = svg(
    document,
    'g',
    { class: 'sc-label' },
    svg(document, 'rect', { x, y, width, height, rx: 4 }),
  );
  lines.forEach(({ kind, text }, index) => {
    const middle = y + 3 + SIZES.labelHeight * (index + 0.5);
    const icon = kind === 'timer' ? 'sc-icon sc-timer-icon' : `sc-icon sc-${kind}`;
    group.append(
      svg(document, 'path', { d: ICONS[kind], class: icon, transform: `translate(${x + 3} ${middle - 5})` }),
      svg(document, 'text', { x: x + 4 + SIZES.icon, y: middle }, text),
    );
  });
  return group;
}

function titleOf({ from, to, transitions }: LaidEdge): string {
  const lines = transitions.map(({ label, guard, opens, closes }) =>
    [
      label,
      ...(guard === undefined ? [] : [`if ${guard}`]),
      ...(opens.length > 0 ? [`opens ${opens.join(', ')}`] : []),
      ...(closes.length > 0 ? [`closes ${closes.join(', ')}`] : []),
    ].join(', '),
  );
  return [`${from} → ${to}`, ...new Set(lines)].join('\n');
}

/** A triangle whose point is the line's end. */
function headOf(points: readonly Point[]): string | undefined {
  const [end, before] = [points.at(-1), points.at(-2)];
  if (!end || !before) return undefined;
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number) =>
    `${end.x - HEAD * Math.cos(angle + turn)} ${end.y - HEAD * Math.sin(angle + turn)}`;
  return `M${end.x} ${end.y}L${corner(0.45)}L${corner(-0.45)}Z`;
}
