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
    'bench-rest': of(({ figures }) => toMarkdown(renderRest(figures))),
  };
}
