import { describeKept } from './describe-kept.js';
import { measureText } from './measure-text.js';
import { type LaidState, SIZES } from './statechart-layout.js';
import type { Heat } from './statechart-marks.js';
import { svg } from './svg-element.js';

/** Draws a state's box with its name and what it carries out. */
export function drawState(document: Document, laid: LaidState): SVGGElement {
  const { x, y, width, height, state, isOpen, lines } = laid;
  const classes = [
    'sc-state',
    ...(isOpen ? ['sc-open'] : []),
    ...(state.isRest ? ['sc-is-rest'] : []),
    ...(state.compensates ? ['sc-compensates'] : []),
  ];
  const box = { x, y, width, height, rx: isOpen ? 12 : 8 };
  const dashed = state.kind === 'parallel' ? { 'stroke-dasharray': '6 4' } : {};
  const middle = y + (lines.length > 0 || isOpen ? SIZES.header / 2 + 1 : height / 2);
  const group = svg(
    document,
    'g',
    { class: classes.join(' '), 'data-state': state.path },
    svg(document, 'title', {}, titleOf(laid)),
    svg(document, 'rect', { ...box, class: 'sc-halo' }),
    svg(document, 'rect', { ...box, ...dashed, class: 'sc-box' }),
    svg(document, 'circle', { cx: x + 14, cy: middle, r: 3.5, class: 'sc-mark' }),
    svg(document, 'text', { x: x + 25, y: middle, class: 'sc-name' }, state.name),
  );
  if (isOpen || lines.length > 0) {
    const at = y + SIZES.header;
    group.append(svg(document, 'line', { x1: x, x2: x + width, y1: at, y2: at, class: 'sc-divider' }));
  }
  lines.forEach((line, index) => {
    const at = y + SIZES.header + 3 + SIZES.lineHeight * (index + 0.5);
    group.append(svg(document, 'text', { x: x + 14, y: at, class: 'sc-line' }, line));
  });
  return group;
}

/** Writes on a state how many are in it and how long they stay, in place of what was written there. */
export function writeHeat(
  group: SVGGElement,
  { x, y, width, height }: LaidState,
  heat: Heat | undefined,
): void {
  for (const old of group.querySelectorAll(':scope > .sc-badge, :scope > .sc-note')) old.remove();
  group.classList.toggle('sc-hot', heat !== undefined);
  group.style.setProperty('--level', String(heat?.level ?? 0));
  if (!heat) return;
  const document = group.ownerDocument;
  let right = x + width - 6;
  for (const [text, kind] of [
    [heat.badge, 'sc-badge'],
    [heat.alert, 'sc-badge sc-alert'],
  ] as const) {
    if (text === undefined) continue;
    const wide = Math.max(22, measureText(text, SIZES.line) + 12);
    group.append(
      svg(
        document,
        'g',
        { class: kind },
        svg(document, 'rect', { x: right - wide, y: y - 9, width: wide, height: 18, rx: 9 }),
        svg(document, 'text', { x: right - wide / 2, y: y + 0.5 }, text),
      ),
    );
    right -= wide + 4;
  }
  if (heat.note !== undefined) {
    const wide = measureText(heat.note, SIZES.line) + 12;
    const left = x + width - 6 - wide;
    const top = y + height - 4;
    group.append(
      svg(
        document,
        'g',
        { class: 'sc-note' },
        svg(document, 'rect', { x: left, y: top, width: wide, height: 18, rx: 9 }),
        svg(document, 'text', { x: left + wide / 2, y: top + 9.5 }, heat.note),
      ),
    );
  }
}

function titleOf({ state }: LaidState): string {
  return [
    state.path,
    ...(state.steps.length > 0 ? [`runs ${state.steps.join(', ')}`] : []),
    ...(state.compensates ? ['undoes every open obligation'] : []),
    ...(state.isRest ? ['the saga may rest here'] : []),
    ...(state.keeps.length > 0 ? [`keeps ${describeKept(state).join(', ')}`] : []),
  ].join('\n');
}
