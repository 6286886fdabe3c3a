import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sweepStaleServers } from '@countermand/dev-postgres';
import { BenchServer } from './bench-server.ts';
import { CONTENDERS, type Contender, contenderNamed } from './contenders.ts';
import { Figures } from './figures.ts';
import { FULL_RESULTS } from './performance-blocks.ts';
import { renderContenders, renderCosts, renderTargets, toText } from './render-tables.ts';
import { describeCircumstances, type Results } from './results.ts';
import type { Bench, Effort, Scenario } from './scenario.ts';
import { decide } from './scenarios/decide.ts';
import { growth } from './scenarios/growth.ts';
import { hotRow } from './scenarios/hot-row.ts';
import { idle } from './scenarios/idle.ts';
import { latency } from './scenarios/latency.ts';
import { send } from './scenarios/send.ts';
import { slowFlush } from './scenarios/slow-flush.ts';
import { slowSteps } from './scenarios/slow-steps.ts';
import { statements } from './scenarios/statements.ts';
import { throughput } from './scenarios/throughput.ts';
import { timers } from './scenarios/timers.ts';
import { underLoad } from './scenarios/under-load.ts';
import { workers } from './scenarios/workers.ts';

type DrawCharts = (figures: Figures, folder: string) => Promise<void>;
/** Loaded by name: its libraries are installed with the peers, and not with the product. */
const CHARTS: string = '../peers/src/draw-charts.ts';

const SCENARIOS: readonly Scenario[] = [
  ...[
    throughput,
    latency,
    send,
    slowFlush,
    slowSteps,
    underLoad,
    workers,
    hotRow,
    timers,
    idle,
    decide,
    growth,
  ],
];
/** Those that say something about the engine, and compare nobody. */
const ON_REQUEST: readonly Scenario[] = [statements];

const SHORT: Effort = {
  rounds: 3,
  furtherRounds: 1,
  warmUpSeconds: 2,
  loadSeconds: 3,
  latencySeconds: 2,
  finishedSagas: 200_000,
  waitingSagas: 10_000,
  timers: 10_000,
  idleSeconds: 5,
  loadShares: [0.5, 2],
};
const FULL: Effort = {
  rounds: 5,
  furtherRounds: 5,
  warmUpSeconds: 3,
  loadSeconds: 6,
  latencySeconds: 3,
  finishedSagas: 5_000_000,
  waitingSagas: 100_000,
  timers: 100_000,
  idleSeconds: 20,
  loadShares: [0.25, 0.5, 0.75, 0.9, 2],
};

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    scenario: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    finished: { type: 'string' },
    waiting: { type: 'string' },
    timers: { type: 'string' },
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void BenchServer.stopAll().finally(() => process.exit(1)));
}
await sweepStaleServers();
const startedAt = Date.now();
const server = await BenchServer.start();
try {
  const options = process.argv.slice(2).filter((word) => word !== '--full');
  const command = ['pnpm', values.full ? 'bench:full' : 'bench', ...options].join(' ');
  const circumstances = await describeCircumstances(server, command);
  const figures = new Figures();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const bench: Bench = { effort: effort(), contenders: contenders(), figures, server, say };
  for (const scenario of scenarios()) {
    say(`\n${scenario.name}`);
    const isCore = scenario === throughput || scenario === latency;
    const rounds = isCore ? bench.effort.rounds : bench.effort.furtherRounds;
    await scenario.run({ ...bench, effort: { ...bench.effort, rounds } }).catch((error: unknown) => {
      say(`${scenario.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    });
    const tookMinutes = (Date.now() - startedAt) / 60_000;
    store({ circumstances: { ...circumstances, tookMinutes }, figures });
  }
  if (values.full) {
    const { drawCharts } = (await import(CHARTS)) as { drawCharts: DrawCharts };
    await drawCharts(figures, path.join(import.meta.dirname, '../../docs/performance'));
  }
  for (const table of [renderContenders(figures), renderCosts(figures), renderTargets(figures)]) {
    process.stdout.write(`\n${toText(table)}\n`);
  }
} finally {
  await server.stop();
}

function store(results: Results): void {
  const file = values.full ? FULL_RESULTS : path.join(path.dirname(FULL_RESULTS), 'short.json');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

function effort(): Effort {
  const base = values.full ? FULL : SHORT;
  return {
    ...base,
    rounds: Number(values.rounds ?? base.rounds),
    furtherRounds: Number(values.rounds ?? base.furtherRounds),
    ...(values.seconds ? secondsFrom(Number(values.seconds)) : {}),
    finishedSagas: Number(values.finished ?? base.finishedSagas),
    waitingSagas: Number(values.waiting ?? base.waitingSagas),
    timers: Number(values.timers ?? base.timers),
  };
}

function secondsFrom(loadSeconds: number) {
  return { loadSeconds, warmUpSeconds: loadSeconds / 2, latencySeconds: loadSeconds / 2 };
}

function contenders(): readonly Contender[] {
  const chosen = values.only
    ? values.only.split(',').map(contenderNamed)
    : CONTENDERS.filter(({ isShort }) => values.full || isShort);
  const canRun = ({ program }: Contender) => {
    if (program !== 'absurd' || existsSync(process.env['ABSURD_SQL'] ?? '')) return true;
    process.stderr.write('Absurd is left out: ABSURD_SQL must name the sql/absurd.sql of its repository\n');
    return false;
  };
  return chosen.filter(canRun);
}

function scenarios(): readonly Scenario[] {
  if (!values.scenario) return SCENARIOS.filter((one) => values.full || one !== hotRow);
  const known = [...SCENARIOS, ...ON_REQUEST];
  const names = values.scenario.split(',');
  const unknown = names.find((name) => !known.some((one) => one.name === name));
  if (unknown === undefined) return known.filter(({ name }) => names.includes(name));
  throw new Error(`there is no scenario '${unknown}'; there are ${known.map(({ name }) => name).join(', ')}`);
}
