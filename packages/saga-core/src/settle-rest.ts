import type { Draft } from './draft.js';
import type { Obligation } from './envelope.js';
import { keptBy } from './kept-obligations.js';
import { obligationId, openObligations } from './ledger.js';
import { park } from './park.js';
import { isTaggedRest } from './state-value.js';
import { isCompensating } from './steps-in-flight.js';

type Resting = Pick<Draft, 'live' | 'compensation' | 'runs'>;

/** Whether every active leaf is tagged `rest`, and no step that the machine waits for and no undo is unsettled. */
export function isAtRest(draft: Resting): boolean {
  return (
    !isCompensating(draft) &&
    !draft.runs.some((run) => run.role === 'invoke' && !run.left) &&
    isTaggedRest(draft.live.nodes)
  );
}

/** What is, or may be, open although the states of rest don't keep it. */
export function leftOpen({ obligations, live }: Pick<Draft, 'obligations' | 'live'>): Obligation[] {
  const open = openObligations(obligations);
  if (open.length === 0) return open;
  const isKept = keptBy(live.nodes, live.context);
  return open.filter((one) => !isKept(one));
}

/**
 * What compensation has still to undo, newest start first. One that the machine asks for undoes everything; one that
 * began by itself at rest leaves what the end keeps, and ends where the machine goes on.
 */
export function toUndo(draft: Pick<Draft, 'live' | 'compensation' | 'obligations'>): Obligation[] {
  if (!draft.compensation) return [];
  if (draft.compensation.invokes.length > 0) return openObligations(draft.obligations);
  return isTaggedRest(draft.live.nodes) ? leftOpen(draft).filter(({ anew }) => !anew) : [];
}

/**
 * Looks at a saga that is at rest. What is open and not kept is undone by itself in a saga that had been
 * compensating, but for what the machine asked for after that; anything else parks. True when undoing has begun.
 */
export function settleRest(draft: Draft): boolean {
  if (draft.parked.length > 0 || !isAtRest(draft)) return false;
  const left = leftOpen(draft).filter((one) => !isAboutToSettle(draft, one));
  if (left.length === 0) return false;
  if (draft.compensated && left.some(({ anew }) => !anew)) {
    draft.compensation = { invokes: [], undone: [] };
    return true;
  }
  const names = left.map(obligationId).join(', ');
  park(draft, {
    code: 'OBLIGATION_LEFT_OPEN',
    message: `at rest with ${names} open, which no state of rest keeps; a retry undoes it`,
  });
  return false;
}

function isAboutToSettle(draft: Resting, one: Obligation): boolean {
  const id = obligationId(one);
  return draft.runs.some(
    (run) => !run.awaiting && !run.parked && (run.opens === id || run.closes.includes(id)),
  );
}
