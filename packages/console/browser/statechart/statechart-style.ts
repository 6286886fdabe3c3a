/** Every colour can be set from outside by the property that comes first. */
const STATECHART_STYLE = `
.sc { --paper: var(--sc-paper, light-dark(#ffffff, #11151c)); --ink: var(--sc-ink, light-dark(#1c2330, #e6eaf2));
  --soft: var(--sc-soft, light-dark(#667085, #95a0b5)); --line: var(--sc-line, light-dark(#a9b2c3, #56617a));
  --state: var(--sc-state, light-dark(#ffffff, #1a2029)); --inside: var(--sc-inside, light-dark(#f5f7fa, #151a22));
  --rim: var(--sc-rim, light-dark(#cfd6e2, #364054)); --running: var(--sc-running, light-dark(#2f6bed, #6ea0ff));
  --compensating: var(--sc-compensating, light-dark(#c2620c, #f0a04b)); --parked: var(--sc-parked, light-dark(#d0312d, #ff7b72));
  --rest: var(--sc-rest, light-dark(#178a5a, #4cc38a)); --way: var(--sc-way, light-dark(#7a4fd6, #a98bfa));
  --heat: var(--sc-heat, light-dark(#f0662b, #ff8a4c));
  font-family: var(--sc-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif); color: var(--ink); display: block; }
.sc text { fill: var(--ink); font-size: 11px; dominant-baseline: central; }
.sc .sc-box { fill: var(--state); stroke: var(--rim); stroke-width: 1.2; transition: stroke .3s, fill .3s; }
.sc .sc-open > .sc-box { fill: var(--inside); }
.sc .sc-name { font-size: 13px; font-weight: 600; }
.sc .sc-line { fill: var(--soft); }
.sc .sc-divider { stroke: var(--rim); }
.sc .sc-mark { fill: var(--soft); }
.sc .sc-is-rest > .sc-mark { fill: var(--rest); }
.sc .sc-compensates > .sc-mark { fill: var(--compensating); }
.sc .sc-edge path { fill: none; stroke: var(--line); stroke-width: 1.3; transition: stroke .3s; }
.sc .sc-edge .sc-head { fill: var(--line); stroke: none; transition: fill .3s; }
.sc .sc-timer path:not(.sc-head) { stroke-dasharray: 5 4; }
.sc .sc-label rect { fill: var(--paper); opacity: .88; }
.sc .sc-label text { fill: var(--soft); }
.sc .sc-label .sc-icon { fill: none; stroke: var(--soft); stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.sc .sc-label .sc-failed { stroke: var(--parked); } .sc .sc-label .sc-done { stroke: var(--rest); }
.sc .sc-label .sc-event { stroke: var(--running); } .sc .sc-label .sc-timer-icon { stroke: var(--compensating); }
.sc .sc-start { fill: var(--ink); }
.sc .sc-visited > .sc-box { stroke: var(--way); }
.sc .sc-travelled path { stroke: var(--way); stroke-width: 2.2; } .sc .sc-travelled .sc-head { fill: var(--way); }
.sc .sc-travelled .sc-label text { fill: var(--ink); }
.sc .sc-token { fill: var(--way); }
.sc .sc-over { opacity: .38; }
.sc .sc-active { --tone: var(--running); }
.sc[data-tone=compensating] .sc-active { --tone: var(--compensating); }
.sc[data-tone=parked] .sc-active { --tone: var(--parked); }
.sc[data-tone=rest] .sc-active { --tone: var(--rest); }
.sc .sc-active > .sc-box { stroke: var(--tone); stroke-width: 2; }
.sc .sc-active:not(.sc-open) > .sc-box { fill: color-mix(in oklab, var(--tone) 16%, var(--state)); stroke-width: 2.4; }
.sc .sc-active > .sc-name { fill: var(--tone); }
.sc .sc-halo { fill: none; stroke: var(--tone); stroke-width: 6; opacity: 0; }
.sc .sc-active:not(.sc-open) > .sc-halo { opacity: .2; animation: sc-pulse 2.4s ease-in-out infinite; }
.sc[data-tone=rest] .sc-active > .sc-halo { animation: none; }
.sc .sc-hot > .sc-box { fill: color-mix(in oklab, var(--heat) calc(var(--level) * 55%), var(--state)); }
.sc .sc-open.sc-hot > .sc-box { fill: color-mix(in oklab, var(--heat) calc(var(--level) * 14%), var(--inside)); }
.sc .sc-badge rect { fill: var(--ink); } .sc .sc-badge text { fill: var(--paper); font-weight: 650; text-anchor: middle; }
.sc .sc-badge.sc-alert rect { fill: var(--parked); }
.sc .sc-note rect { fill: var(--state); stroke: var(--rim); } .sc .sc-note text { fill: var(--soft); text-anchor: middle; }
.sc [role=button] { cursor: pointer; outline: none; }
.sc [role=button]:hover > .sc-box { stroke: var(--ink); }
.sc [role=button]:focus-visible > .sc-box { stroke: var(--running); stroke-width: 3; }
@keyframes sc-pulse { 50% { opacity: .45; } }
@media (prefers-reduced-motion: reduce) { .sc * { animation: none !important; transition: none !important; } }
`;

const styled = new WeakMap<Document, CSSStyleSheet>();

/** Gives a document the style of all statecharts, once; no inline style, so that a strict policy allows it. */
export function addStatechartStyle(document: Document): void {
  const { defaultView: view } = document;
  if (styled.has(document) || !view) return;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(STATECHART_STYLE);
  document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
  styled.set(document, sheet);
}
