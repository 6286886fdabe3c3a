import type { MachineGraph } from '@countermand/saga-core';
import ELK from 'elkjs/lib/elk-api.js';
import workerUrl from 'elkjs/lib/elk-worker.min.js?url';
import { useEffect, useRef, useState } from 'preact/hooks';
import { drawStatechart, type Statechart } from '../statechart/draw-statechart.js';
import { type Elk, layoutStatechart } from '../statechart/layout-statechart.js';
import type { StatechartLayout } from '../statechart/statechart-layout.js';
import type { StatechartMarks } from '../statechart/statechart-marks.js';

let elk: Elk | undefined;
const layouts = new Map<string, Promise<StatechartLayout>>();

/** One layout for each way to draw a version; the worker is started with the first. */
function layoutOf(graph: MachineGraph, depth: number, withOverrides: boolean): Promise<StatechartLayout> {
  const key = `${graph.saga} ${graph.version} ${depth} ${withOverrides}`;
  const known = layouts.get(key);
  if (known) return known;
  elk ??= new ELK({ workerUrl });
  const layout = layoutStatechart(graph, { elk, depth, hide: withOverrides ? [] : ['override'] });
  layouts.set(key, layout);
  layout.catch(() => layouts.delete(key));
  return layout;
}

/** What a chart on the page is given. */
export interface ChartProps {
  readonly graph: MachineGraph;
  readonly marks: StatechartMarks;
  readonly onSelect?: (path: string) => void;
  /** Draw what is inside of states at first. */
  readonly isDeep?: boolean;
}

const ZOOMS = [0.5, 0.65, 0.8, 1, 1.25, 1.6] as const;

/** As wide as fits; on a phone that would be too small to read. */
function firstZoom(): number | 'fit' {
  return matchMedia('(max-width: 640px)').matches ? 0.8 : 'fit';
}

/** A statechart with what it takes to look around in it: more or less of it, larger or smaller, as wide as fits. */
export function ChartView({ graph, marks, onSelect, isDeep = false }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<Statechart>(undefined);
  const [depth, setDepth] = useState(isDeep ? 9 : 1);
  const [withOverrides, setOverrides] = useState(false);
  const [zoom, setZoom] = useState<number | 'fit'>(firstZoom);
  const [drawn, setDrawn] = useState<StatechartLayout>();
  const latest = useRef(marks);
  latest.current = marks;
  const key = `${graph.saga} ${graph.version}`;
  useEffect(() => {
    let isCurrent = true;
    layoutOf(graph, depth, withOverrides).then(
      (layout) => {
        if (!isCurrent || !place.current) return;
        chart.current = drawStatechart(layout, onSelect && { onSelect });
        chart.current.show(latest.current);
        place.current.replaceChildren(chart.current.element);
        setDrawn(layout);
      },
      () => {
        if (isCurrent) place.current?.replaceChildren('It could not be drawn; load the page again.');
      },
    );
    return () => {
      isCurrent = false;
    };
    // The graph is a new object with each answer, and the same as before.
  }, [key, depth, withOverrides]);
  useEffect(() => chart.current?.show(marks), [marks]);
  useEffect(() => {
    const { element } = chart.current ?? {};
    if (!element || !drawn) return;
    element.style.width = zoom === 'fit' ? '100%' : `${drawn.width * zoom}px`;
    element.style.maxWidth = zoom === 'fit' ? `${drawn.width}px` : 'none';
    element.style.height = 'auto';
  }, [zoom, drawn]);
  // Not in each answer: only where the saga has moved, so that nobody who looks around is called back for nothing.
  const where = marks.active?.join(' ');
  useEffect(() => {
    const frame = requestAnimationFrame(() => bringIntoView(place.current));
    return () => cancelAnimationFrame(frame);
  }, [drawn, zoom, where]);
  const step = (by: number) => {
    const shown = (place.current?.querySelector('svg')?.clientWidth ?? 0) / (drawn?.width || 1);
    const nearest = ZOOMS.findIndex((one) => one >= (zoom === 'fit' ? shown : zoom) - 0.01);
    const at = nearest < 0 ? ZOOMS.length - 1 : nearest;
    setZoom(ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + by))] ?? 1);
  };
  return (
    <div class="chart">
      <div class="chart-tools">
        <fieldset class="segments" aria-label="How much is drawn">
          <button type="button" aria-pressed={depth === 1} onClick={() => setDepth(1)}>
            Overview
          </button>
          <button type="button" aria-pressed={depth > 1} onClick={() => setDepth(9)}>
            Everything
          </button>
        </fieldset>
        <label class="check">
          <input
            type="checkbox"
            checked={withOverrides}
            onChange={(event) => setOverrides(event.currentTarget.checked)}
          />
          Overrides
        </label>
        <span class="grow" />
        <fieldset class="segments" aria-label="Size">
          <button type="button" aria-label="Smaller" onClick={() => step(-1)}>
            −
          </button>
          <button type="button" aria-pressed={zoom === 'fit'} onClick={() => setZoom('fit')}>
            Fit
          </button>
          <button type="button" aria-label="Larger" onClick={() => step(1)}>
            +
          </button>
        </fieldset>
      </div>
      <section class="chart-place" ref={place} aria-label={`Statechart of ${graph.saga}`}>
        <p class="quiet">Drawing …</p>
      </section>
    </div>
  );
}

/** Scrolls a chart that is larger than its place to where the saga is. */
function bringIntoView(place: HTMLDivElement | null): void {
  const active = [...(place?.querySelectorAll<SVGGElement>('.sc-active') ?? [])].at(-1);
  if (!place || !active) return;
  const [outer, inner] = [place.getBoundingClientRect(), active.getBoundingClientRect()];
  place.scrollTo({
    left: place.scrollLeft + inner.left + inner.width / 2 - outer.left - outer.width / 2,
    top: place.scrollTop + inner.top + inner.height / 2 - outer.top - outer.height / 2,
  });
}
