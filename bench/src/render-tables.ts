import { CONTENDERS } from './contenders.ts';
import type { Figures } from './figures.ts';
import type { Spread } from './latencies.ts';
import type { Results } from './results.ts';
import { judge, TARGETS } from './targets.ts';

/** Cells of a table, the first row its head. */
export type Table = readonly (readonly string[])[];

/** A figure for people: three digits that mean something, thousands with a comma. */
function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function spread(of: Spread | undefined): string {
  if (!of) return '';
  return of.min === of.max ? figure(of.median) : `${figure(of.median)} (${figure(of.min)}–${figure(of.max)})`;
}

const NOTHING: Spread = { median: Number.NaN, min: Number.NaN, max: Number.NaN };

/** Throughput and latency of everybody that was measured: medians, least and greatest in brackets. */
export function renderContenders(figures: Figures): Table {
  const measured = CONTENDERS.filter(({ name }) => figures.has(`throughput/${name}/perSecond`));
  return [
    ['', 'sagas/s', 'ours is', 'p50 ms, one at a time', 'p99 ms, one at a time'],
    ...measured.map(({ name, label }) => {
      const ratio = figures.ratio('throughput/countermand/perSecond', `throughput/${name}/perSecond`);
      return [
        label,
        spread(figures.spread(`throughput/${name}/perSecond`)),
        ratio ? `${figure(ratio.median)} x` : '',
        spread(figures.spread(`latency/${name}/p50`)),
        spread(figures.spread(`latency/${name}/p99`)),
      ];
    }),
  ];
}

/** What a saga costs under full load. */
export function renderCosts(figures: Figures): Table {
  const measured = CONTENDERS.filter(({ name }) => figures.has(`throughput/${name}/perSecond`));
  return [
    [
      '',
      'CPU of the worker, µs',
      'CPU of the server, µs',
      'commits',
      'WAL, bytes',
      'on disk, bytes',
      'peak memory, MiB',
    ],
    ...measured.map(({ name, label }) => {
      const median = (metric: string) => figures.spread(`throughput/${name}/${metric}`)?.median;
      return [
        label,
        figure(median('workerCpuUs')),
        figure(median('serverCpuUs')),
        figure(median('commitsPerSaga')),
        figure(median('walBytesPerSaga')),
        figure(median('diskBytesPerSaga')),
        figure((median('peakRssBytes') ?? Number.NaN) / 2 ** 20),
      ];
    }),
  ];
}

/** Every target, what was measured, and whether it holds. */
export function renderTargets(figures: Figures): Table {
  return [
    ['', 'target', 'measured', ''],
    ...TARGETS.map((target) => {
      const { says, atLeast, atMost } = target;
      const limit = atLeast === undefined ? `at most ${figure(atMost)}` : `at least ${figure(atLeast)}`;
      return [says, limit, spread(target.value(figures)), judge(target, figures)];
    }),
  ];
}

/** What a figure is called, and by what it is divided for people. */
const METRICS: Readonly<Record<string, readonly [label: string, divisor?: number]>> = {
  perSecond: ['per second'],
  perSecondThroughJson: ['per second, snapshots through JSON'],
  stepsPerSecond: ['steps per second under full load'],
  statementsPerSecond: ['statements per second'],
  transactionsPerSecond: ['transactions per second'],
  p50: ['p50, ms'],
  p99: ['p99, ms'],
  peakRssBytes: ['peak memory of the worker, MiB', 2 ** 20],
  bytes: ['size, GiB', 2 ** 30],
  serverCpuUs: ['CPU of the server per saga, µs'],
  walBytesPerSaga: ['WAL per saga, bytes'],
};

/** Every other figure: those of the scenarios that are ours alone. */
export function renderRest(figures: Figures): Table {
  const rest = Object.keys(figures.toJSON()).filter((path) => !/^(throughput|latency)\//.test(path));
  return [
    ['', '', '', 'measured'],
    ...rest.map((path) => {
      const [scenario = '', subject = '', metric = ''] = path.split('/');
      const [label, divisor = 1] = METRICS[metric] ?? [metric];
      const { median, min, max } = figures.spread(`${scenario}/${subject}/${metric}`) ?? NOTHING;
      return [
        scenario,
        subject,
        label,
        spread({ median: median / divisor, min: min / divisor, max: max / divisor }),
      ];
    }),
  ];
}

const BUSY =
  '**The machine was busy with other work**: ratios of figures that were measured minutes apart mean little then; that everybody ran, and was found complete, is what they show.';

/** In which circumstances, in a sentence or two. */
export function renderCircumstances({ circumstances }: Results): string {
  const { command, startedAt, tookMinutes, processor, cores, memoryGiB, system, node, postgres } =
    circumstances;
  return [
    `\`${command}\` at revision ${circumstances.revision}, begun ${startedAt.slice(0, 16).replace('T', ' ')} UTC,`,
    `${tookMinutes.toFixed(0)} minutes: ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node},`,
    `PostgreSQL ${postgres}. Load average in the minute before it began, in which peers are installed: ${circumstances.loadBefore.toFixed(1)}.`,
    circumstances.loadBefore >= cores ? BUSY : '',
  ]
    .join(' ')
    .trim();
}

/** As Markdown. */
export function toMarkdown(table: Table): string {
  const [head = [], ...rows] = table;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** In columns, for a terminal. */
export function toText(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
