import type { HistoryEntry } from '../decision.js';
import { type DescribedTransition, describeTransitions } from '../diagram.js';
import type { Json } from '../json.js';
import type { AnySaga } from '../saga-definition.js';

/** Which of a machine's transitions tests have taken. */
export interface TransitionCoverage {
  readonly taken: readonly DescribedTransition[];
  /** No test took these. */
  readonly missed: readonly DescribedTransition[];
}

/**
 * Compares the histories of sagas that a test run has left with the machine's transitions. Two transitions of one
 * state for the same event count apart where they lead to different states.
 *
 * @example
 * const { missed } = transitionCoverage(order, [await runner.history('o-1'), await runner.history('o-2')]);
 */
export function transitionCoverage(
  saga: AnySaga,
  histories: readonly (readonly Pick<HistoryEntry, 'event' | 'from' | 'to' | 'outcome'>[])[],
): TransitionCoverage {
  const entries = histories.flat().filter(({ outcome, from }) => outcome === 'applied' && from !== null);
  const wasTaken = ({ from, to, on }: DescribedTransition) =>
    entries.some(
      (entry) =>
        matches(on, entry.event) &&
        isIn(entry.from, from) &&
        (on === 'at once' || isIn(entry.to, to ?? from)),
    );
  const all = describeTransitions(saga);
  return { taken: all.filter(wasTaken), missed: all.filter((one) => !wasTaken(one)) };
}

/** How many of a machine's transitions were taken, and each that was not, line by line. */
export function renderCoverage({ taken, missed }: TransitionCoverage): string {
  const all = taken.length + missed.length;
  const lines = missed.map(
    ({ from, on, guard, to }) => `  ${from} on ${on}${guard ? ` if ${guard}` : ''} -> ${to ?? from}`,
  );
  return [
    `${taken.length} of ${all} transitions taken${lines.length > 0 ? '; not taken:' : ''}`,
    ...lines,
  ].join('\n');
}

/** `after TTL` is `timer.TTL` in a history, `reserve done` is `reserve.done`, a failure declined or unknown. */
function matches(on: string, event: string): boolean {
  const [, delay] = /^after (.+)$/.exec(on) ?? [];
  if (delay !== undefined) return event === `timer.${delay}`;
  const [, step, how] = /^(\S+) (done|failed)$/.exec(on) ?? [];
  if (step === undefined) return on === 'at once' || event === on;
  return how === 'done' ? event === `${step}.done` : [`${step}.declined`, `${step}.unknown`].includes(event);
}

function isIn(value: Json, path: string): boolean {
  const [first = '', ...rest] = path.split('.');
  if (typeof value === 'string') return value === first && rest.length === 0;
  if (typeof value !== 'object' || value === null || !(first in value)) return false;
  return rest.length === 0 || isIn((value as Readonly<Record<string, Json>>)[first] ?? null, rest.join('.'));
}
