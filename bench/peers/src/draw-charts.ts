import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { CONTENDERS } from '../../src/contenders.ts';
import type { Figures } from '../../src/figures.ts';

const FONT = 'system-ui, sans-serif';
const OURS = '#2b6cb0';
const OTHERS = '#a0aec0';
const config = {
  font: FONT,
  background: '#ffffff',
  view: { stroke: null },
  axis: { grid: true, gridColor: '#edf2f7' },
};

/** Draws what a run has measured, each picture only where its figures are there. */
export async function drawCharts(figures: Figures, folder: string): Promise<void> {
  const charts = {
    'throughput.svg': throughputChart(figures),
    'latency-under-load.svg': underLoadChart(figures),
    'growth.svg': growthChart(figures),
  };
  mkdirSync(folder, { recursive: true });
  for (const [file, spec] of Object.entries(charts)) {
    if (!spec) continue;
    const view = new View(parse(compile(spec).spec), { renderer: 'none' });
    writeFileSync(path.join(folder, file), `${await view.toSVG()}\n`);
  }
}

function throughputChart(figures: Figures): TopLevelSpec | undefined {
  const values = CONTENDERS.flatMap(({ name, label, program }) => {
    const spread = figures.spread(`throughput/${name}/perSecond`);
    return spread ? [{ label, ours: program === 'countermand', ...spread }] : [];
  });
  if (values.length === 0) return undefined;
  const y = { field: 'label', type: 'nominal', sort: null, title: null, axis: { labelLimit: 320 } } as const;
  return {
    config,
    title: 'Sagas of five steps per second (median, least and greatest)',
    width: 460,
    height: { step: 22 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar', height: 14 },
        encoding: {
          y,
          x: { field: 'median', type: 'quantitative', title: 'sagas/s' },
          color: { condition: { test: 'datum.ours', value: OURS }, value: OTHERS },
        },
      },
      {
        mark: { type: 'rule', color: '#1a202c' },
        encoding: { y, x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6 },
        encoding: {
          y,
          x: { field: 'max', type: 'quantitative' },
          text: { field: 'median', type: 'quantitative', format: ',.0f' },
        },
      },
    ],
  };
}

function underLoadChart(figures: Figures): TopLevelSpec | undefined {
  const paths = Object.keys(figures.toJSON()).map((path) => path.split('/'));
  const shares = [
    ...new Set(paths.filter(([scenario]) => scenario === 'under-load').map(([, share]) => share ?? '')),
  ];
  const values = shares
    .filter((share) => Number(share) <= 1)
    .flatMap((share) =>
      (['p50', 'p99'] as const).flatMap((percentile) => {
        const spread = figures.spread(`under-load/${share}/${percentile}`);
        return spread ? [{ share: Number(share), percentile, ms: spread.median }] : [];
      }),
    );
  if (values.length === 0) return undefined;
  return {
    config,
    title: 'From a saga’s arrival to the commit of its last step',
    width: 420,
    height: 240,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'load, as a share of the greatest throughput',
        axis: { format: '%' },
        scale: { domain: [0, 1] },
      },
      y: { field: 'ms', type: 'quantitative', title: 'ms', scale: { type: 'log' } },
      color: { field: 'percentile', type: 'nominal', title: null, scale: { range: [OURS, '#c05621'] } },
    },
  };
}

function growthChart(figures: Figures): TopLevelSpec | undefined {
  const values = ['empty', 'tenth', 'full'].flatMap((subject) => {
    const perSecond = figures.spread(`growth/${subject}/perSecond`);
    const p50 = figures.spread(`growth/${subject}/p50`);
    if (!perSecond || !p50) return [];
    const finished = figures.spread(`growth/${subject}/finished`)?.median ?? 0;
    const label = finished.toLocaleString('en-GB');
    return [
      { label, what: 'sagas/s', ...perSecond },
      { label, what: 'p50 ms, one at a time', ...p50 },
    ];
  });
  if (values.length === 0) return undefined;
  return {
    config,
    data: { values },
    facet: { column: { field: 'what', type: 'nominal', title: null, sort: null } },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 220,
      height: 220,
      layer: [
        {
          mark: { type: 'bar', color: OURS, width: 40 },
          encoding: {
            x: {
              field: 'label',
              type: 'nominal',
              sort: null,
              title: 'finished sagas in the tables',
              axis: { labelAngle: 0 },
            },
            y: { field: 'median', type: 'quantitative', title: null },
          },
        },
        {
          mark: { type: 'rule', color: '#1a202c' },
          encoding: {
            x: { field: 'label', type: 'nominal', sort: null },
            y: { field: 'min', type: 'quantitative' },
            y2: { field: 'max' },
          },
        },
      ],
    },
  };
}
