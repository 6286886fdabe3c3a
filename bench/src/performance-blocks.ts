import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  renderCircumstances,
  renderContenders,
  renderCosts,
  renderRest,
  renderTargets,
  toMarkdown,
} from './render-tables.ts';
import { type Results, readResults } from './results.ts';

/** Where `pnpm bench:full` leaves what it has measured. */
export const FULL_RESULTS = path.join(import.meta.dirname, '../results/full.json');

/** What `pnpm bench:full` draws, each only where it was measured. */
const DRAWINGS = {
  'throughput.svg': 'Throughput of everybody',
  'latency-under-load.svg': 'Latency under load',
  'growth.svg': 'Throughput and latency with finished sagas in the tables',
};

function drawings(): string[] {
  const folder = path.join(import.meta.dirname, '../../docs/performance');
  return Object.entries(DRAWINGS).flatMap(([file, title]) =>
    existsSync(path.join(folder, file)) ? [`![${title}](performance/${file})`] : [],
  );
}

/** The generated parts of `docs/performance.md`, by name, made from the last full run. */
export function performanceBlocks(): Record<string, () => string> {
  const of = (render: (results: Results) => string) => () =>
    existsSync(FULL_RESULTS)
      ? render(readResults(FULL_RESULTS))
      : 'Not measured yet: `pnpm bench:full` does.';
  return {
    'bench-circumstances': of(renderCircumstances),
    'bench-targets': of(({ figures }) => toMarkdown(renderTargets(figures))),
    'bench-contenders': of(({ figures }) => toMarkdown(renderContenders(figures))),
    'bench-costs': of(({ figures }) => toMarkdown(renderCosts(figures))),
    'bench-drawings': () => drawings().join('\n\n'),
    'bench-rest': of(({ figures }) => toMarkdown(renderRest(figures))),
  };
}
