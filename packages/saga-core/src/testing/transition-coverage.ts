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

/** What of a history tells which transition was taken. */
export type HistoryMove = Pick<HistoryEntry, 'event' | 'from' | 'to' | 'outcome' | 'cause'>;

/**
 * Compares the histories of sagas that a test run has left with the machine's transitions. Two transitions of one
 * state for the same event count apart where they lead to different states.
 *
 * @example
 * const { missed } = transitionCoverage(order, [await runner.history('o-1'), await runner.history('o-2')]);
 */
export function transitionCoverage(
  saga: AnySaga,
  histories: readonly (readonly HistoryMove[])[],
): TransitionCoverage {
  const wasTaken = takenBy(saga, histories.flat());
  const all = describeTransitions(saga);
  return { taken: all.filter(wasTaken), missed: all.filter((one) => !wasTaken(one)) };
}

/** Tells of a transition whether one of these moves took it. */
export function takenBy(
  saga: AnySaga,
  moves: readonly HistoryMove[],
): (transition: DescribedTransition) => boolean {
  const applied = moves.filter(({ outcome, from }) => outcome === 'applied' && from !== null);
  // A state that is left at once is in no history.
  const passing = new Set(
    describeTransitions(saga).flatMap(({ from, on }) => (on === 'at once' ? [from] : [])),
  );
  return ({ from, to, on }) =>
    applied.some(
      (move) =>
        matches(on, move) &&
        isIn(move.from, from) &&
        (isIn(move.to, to ?? from) || (on === 'at once' && passing.has(to ?? from))),
    );
}

/** How many of a machine's transitions were taken, and each that was not, line by line. */
export function renderCoverage({
  taken,
  missed,
  pathless = [],
}: TransitionCoverage & { readonly pathless?: readonly DescribedTransition[] }): string {
  const all = taken.length + missed.length;
  const none = pathless.map(describeTransition);
  const lines = missed.map(describeTransition).filter((line) => !none.includes(line));
  const indented = (those: readonly string[]) => those.map((line) => `  ${line}`);
  return [
    `${taken.length} of ${all} transitions taken${lines.length > 0 ? '; not taken:' : ''}`,
    ...indented(lines),
    ...(none.length > 0 ? ['with these samples no path leads over'] : []),
    ...indented(none),
  ].join('\n');
}

/** `RESERVED on PAY if isFree -> PAYING`. */
export function describeTransition({ from, on, guard, to }: DescribedTransition): string {
  return `${from} on ${on}${guard ? ` if ${guard}` : ''} -> ${to ?? from}`;
}

/** `after TTL` is `timer.TTL` in a history, `reserve done` is `reserve.done`, a failure declined or unknown. */
function matches(on: string, { event, cause }: HistoryMove): boolean {
  const [, delay] = /^after (.+)$/.exec(on) ?? [];
  if (delay !== undefined) return event === `timer.${delay}`;
  const [, step, how] = /^(\S+) (done|failed)$/.exec(on) ?? [];
  // The end of a state, and what needs no event, follow from whatever happened.
  if (step === undefined) return on === 'at once' || on.endsWith(' finished') || event === on;
  const [, name, kind] = /^(.+)\.(done|declined|unknown)$/.exec(event) ?? [];
  // One that was spawned is known by the first word of its id.
  const [word] = cause?.type === 'answer' ? cause.id.split('.') : [];
  return (name === step || word === step) && (kind === 'done') === (how === 'done');
}

function isIn(value: Json, path: string): boolean {
  const [first = '', ...rest] = path.split('.');
  if (typeof value === 'string') return value === first && rest.length === 0;
  if (typeof value !== 'object' || value === null || !(first in value)) return false;
  return rest.length === 0 || isIn((value as Readonly<Record<string, Json>>)[first] ?? null, rest.join('.'));
}
