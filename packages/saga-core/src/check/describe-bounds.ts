import { actionsOf, allNodes, transitionsOf } from '../machine-nodes.js';
import type { AnySaga } from '../saga-definition.js';
import type { CheckOptions } from './check-options.js';
import { describeDuration } from './describe-duration.js';
import type { Exploration } from './explore.js';
import { MOST_REPEATS, MOST_WAYS } from './guard-oracle.js';
import { MOST_LATE } from './late-answers.js';
import type { PossibleCauses } from './possible-causes.js';

/** Whether anything that the machine does may depend on a guard: a transition, or what `enqueueActions` checks. */
export function hasGuards({ machine }: AnySaga): boolean {
  const mayCheck = (action: unknown) => typeof action === 'function' && 'collect' in action;
  return (
    Object.values(machine.implementations.actions).some(mayCheck) ||
    allNodes(machine).some(
      (node) =>
        transitionsOf(node).some(({ guard }) => guard !== undefined) || actionsOf(node).some(mayCheck),
    )
  );
}

/** So many ways on which the machine throws are told one by one. */
const MOST_THROWS = 5;

/** Bounds of an exploration beyond which more can happen, for the report. An author's own bound on late answers is none. */
export function reachedBounds(
  exploration: Exploration,
  { maxLate }: CheckOptions,
  { missing, oneWay, nameless }: PossibleCauses,
  unmade: readonly string[],
): string[] {
  const { complete, widened, hurried, cutGuards, crowded, places, throwing, keptAtOnce } = exploration;
  return [
    ...(complete
      ? []
      : [`the check ended after ${places.length} states, and proves nothing; raise maxStates`]),
    ...missing.map(
      (what) =>
        `nothing could be made from the schema of ${what}, so ${what === 'input' ? 'the saga never starts' : 'it never comes'}: give samples`,
    ),
    ...oneWay(),
    ...nameless().map(
      (what) => `${what} for every value that was made of the event's schema: give samples of the event`,
    ),
    ...unmade,
    ...crowded.map(
      (what) => `a saga with more than ${what} was not followed further; raise maxInstances to see more`,
    ),
    ...widened.map(
      (key) =>
        `the context's ${key} takes so many values that it was left out: states that differ in it alone were taken for one; ` +
        'name it in ignore where nothing but guards depends on it, or give samples of the input, so that guards end it',
    ),
    ...cutGuards.map(
      (name) =>
        `${name} is asked so often in one decision that not all of its answers were followed: ${MOST_REPEATS} times, or ${MOST_WAYS} ways in all, are the most`,
    ),
    ...throwing
      .slice(0, MOST_THROWS)
      .map(
        (way) =>
          `the machine throws on ${way}, and what would follow was not explored: guards were taken both ways; ` +
          'give samples of the input, and they are asked, or have the machine stand it',
      ),
    ...(throwing.length > MOST_THROWS
      ? [`the machine throws on ${throwing.length - MOST_THROWS} more such ways: give samples of the input`]
      : []),
    ...keptAtOnce.flatMap(({ state, kind, most, isAskedAgain }) =>
      isAskedAgain
        ? [
            `${state} keeps every ${kind} and names no instance, and up to ${most} are kept at once, each asked for by a state: one may be a second attempt; name the instances that are meant`,
          ]
        : [],
    ),
    ...(hurried && maxLate === undefined ? [`${lateAnswers(MOST_LATE)}; raise maxLate to see more`] : []),
  ];
}

function lateAnswers(most: number): string {
  return most === 0
    ? 'a step that the machine has left answers before anything else happens'
    : `of the steps that the machine has left, at most ${most} at a time answer after something else has happened`;
}

/** What an exploration left out or merged without missing anything, as far as the author is right; for the report. */
export function boundsOf({ hurried }: Exploration, options: CheckOptions): string[] {
  const { maxLate, ignore = [], alike = [], tells } = options;
  return [
    ...(hurried && maxLate !== undefined ? [`${lateAnswers(maxLate)}: so its author says`] : []),
    'times, visits, and the order in which things were opened tell no states apart; more than two runs of one step that were left behave as two',
    'of what nothing can change or ask for any more no state keeps count: a closed obligation that only a step opens, an answer that nobody hears of and that opens and closes nothing, all but the reason of a saga that is parked',
    'an event that is kept for later acts as the same event does that comes later: a way may be shown longer than it is by the answer of a step that would then be left in the moment in which it is asked for',
    ...(ignore.length > 0
      ? [`the context's ${ignore.join(', ')} tell no states apart: so its author says`]
      : []),
    ...(tells ? ['of the context only what its author names for each state tells states apart'] : []),
    ...(alike.length > 1
      ? [
          `states that differ only in which of ${alike.join(', ')} is which are looked at once: everything that is in a state is swapped with them, so that what can happen in one can happen in the other with the names swapped`,
        ]
      : []),
  ];
}

/** Steps whose contract says that no second run opens an instance again: `charge (money)`. */
export function openedOnce({ steps }: AnySaga): string[] {
  return Object.values(steps).flatMap(({ name, opens }) =>
    opens?.idempotentBy === 'instance' ? [`${name} (${opens.kind})`] : [],
  );
}

function byInstance(saga: AnySaga): string[] {
  const names = openedOnce(saga);
  if (names.length === 0) return [];
  return [
    `participants open an instance that they know no second time, whatever the key: so say the contracts of ${names.join(', ')}`,
  ];
}

/** Events that open something, and are kept where no state takes them: `PAID (1 min)`. */
export function keptNews({ events }: AnySaga): string[] {
  return Object.entries(events).flatMap(([type, { opens, defer }]) =>
    opens && defer ? [`${type} (${describeDuration(defer.ttlMs)})`] : [],
  );
}

function inTime(saga: AnySaga): string[] {
  const names = keptNews(saga);
  if (names.length === 0) return [];
  return [
    `news that is kept is taken before its time is over, however many waits follow one another: each by itself ends sooner, by a timer or by the deadline of a step (of what is not, the ledger alone hears, and the machine does not): ${names.join(', ')}`,
  ];
}

/** Events that close what a step may be about to open: `VOIDED (hold)`. */
function fromOutside({ steps, events }: AnySaga): string[] {
  const opened = new Set(Object.values(steps).map(({ opens }) => opens?.kind));
  const names = Object.entries(events).flatMap(([type, { closes = [] }]) => {
    const kinds = closes.map(({ kind }) => kind).filter((kind) => opened.has(kind));
    return kinds.length > 0 ? [`${type} (${kinds.join(', ')})`] : [];
  });
  if (names.length === 0) return [];
  return [
    `what an event from outside says is over is over: a step that opens it and is still under way then does not open it afterwards: ${names.join(', ')}`,
  ];
}

/** `input`, `output of hold` and `event PAID`, each kind told once. */
function inKinds(made: readonly string[]): string {
  const named = (start: string) =>
    made.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length));
  const kinds = [
    ['outputs of', named('output of ')],
    ['events', named('event ')],
  ] as const;
  const told = kinds.flatMap(([kind, names]) => (names.length > 0 ? [`${kind} ${names.join(', ')}`] : []));
  return [...made.filter((one) => one === 'input'), ...told].join('; ');
}

const MIRRORED =
  'the machine treats names that were made alike, so that states which differ only in which is which are looked at once';

const ENDED =
  'a step that ended without an answer (its attempts are used up, or its deadline is over) has taken effect by then, or never does; one that may still answer can take effect after its undo';

/** What the proof takes for granted. */
export function assumptionsOf(
  saga: AnySaga,
  guessing: boolean,
  { made, areMirrored }: PossibleCauses,
  { samples, alike = [], maxSpawns = 2 }: CheckOptions,
  { endless, keptAtOnce }: Exploration,
): string[] {
  const { outputs, events, declines, details, messages } = samples ?? {};
  const own = Object.keys({ ...outputs, ...events, ...declines, ...details, ...messages });
  return [
    ...(guessing
      ? [
          'guards answer both ways, each the same within one decision; one that reads nothing but how a step failed (its kind and its code) is asked',
        ]
      : []),
    ...(!guessing && hasGuards(saga) ? ['guards are asked on contexts made from samples'] : []),
    'a crash loses nothing that is stored: each way is walked from stored state to stored state, and what a crash between them can do to a step (no answer, a no after an answer that was lost, an answer that comes late) is walked too',
    ...(own.length > 0 ? [`samples of the author's stand for all values of ${own.join(', ')}`] : []),
    ...(made.length > 0
      ? [
          `values made from the schemas stand for all values of ${inKinds(made)}: two names of each kind of thing, and lists of up to ${maxSpawns} elements, so that of each spawn from a list there are up to ${maxSpawns} children`,
          ...(areMirrored ? [MIRRORED] : []),
        ]
      : []),
    ...(alike.length > 1
      ? [
          `the machine treats ${alike.join(', ')} alike, and the order of lists of them doesn't count: so its author says`,
        ]
      : []),
    ...byInstance(saga),
    ...(Object.values(saga.steps).some(({ opens }) => opens) ? [ENDED] : []),
    ...fromOutside(saga),
    ...inTime(saga),
    ...keptAtOnce.flatMap(({ state, kind, most, isAskedAgain }) =>
      isAskedAgain
        ? []
        : [`${state} keeps every ${kind}: up to ${most} at once; name the instance if only one is meant`],
    ),
    'adapters keep their contracts, and an undo succeeds in the end; one that fails parks the saga in plain sight',
    'a parked saga waits for a person, and what the person does is not explored',
    ...(endless > 0
      ? [
          `${endless} ${endless === 1 ? 'way' : 'ways'} on which guards' answers never let the machine come to a stop can't be`,
        ]
      : []),
  ];
}
