import os from 'node:os';
import type { LiveFigures } from './measure-live.ts';
import type { Seen } from './walk-console.ts';

/** The table of docs/console.md, in Markdown. */
export function renderMillion(seen: readonly Seen[], live: LiveFigures, size: string): string {
  const rows = [...Map.groupBy(seen, ({ what }) => what)].map(([what, times]) => {
    const answered = times.map((one) => one.answered);
    const shown = times.map((one) => one.shown);
    return [what, median(answered), Math.max(...answered), median(shown), Math.max(...shown), times.length];
  });
  const lines = rows.map(([what, ...numbers]) => `| ${[what, ...numbers.map(whole)].join(' | ')} |`);
  const [first] = os.cpus();
  const day = new Date().toISOString().slice(0, 10);
  return [
    `${size}; ${os.cpus().length} × ${first?.model.trim()}, ${day}; milliseconds.`,
    '',
    '| what | answered, median | max | shown, median | max | times |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
    `A new saga stood on a list that was open after ${whole(median(live.shown))} ms (median of ${live.shown.length}, at most`,
    `${whole(Math.max(...live.shown))} ms), while another process ran 50 sagas of five steps a second. Under full load that process ran`,
    `${whole(live.without)} a second with no console open, and ${whole(live.beside)} beside two lists and a heat map that were live.`,
  ].join('\n');
}

const whole = (value: unknown) => (typeof value === 'number' ? value.toFixed(0) : String(value));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
