import type { EventInState } from '@countermand/saga-core';

/**
 * The event table of a saga for the terminal: under each state, what becomes of every public event there, with the guards
 * it depends on and where it leads.
 */
export function renderEvents(title: string, pairs: readonly EventInState[]): string {
  const width = Math.max(0, ...pairs.map(({ event }) => event.length));
  const states = new Map<string, string[]>();
  for (const pair of pairs) {
    const lines = states.get(pair.state) ?? [];
    states.set(pair.state, [...lines, `  ${pair.event.padEnd(width)}  ${fateOf(pair)}`]);
  }
  if (states.size === 0) return `${title}: no public events\n`;
  const blocks = [...states].map(([state, lines]) => [state, ...lines].join('\n'));
  return `${[title, ...blocks].join('\n\n')}\n`;
}

function fateOf({ becomes, guards, to, otherwise }: EventInState): string {
  const where = to.length > 0 ? ` -> ${to.join(' or ')}` : '';
  const asked = guards.length > 0 ? `, by ${guards.join(', ')}` : '';
  return `${becomes}${where}${asked}${otherwise === undefined ? '' : `; else ${otherwise}`}`;
}
