import { giveAnswer, settleAnswer } from './apply-answer.js';
import { applyEvent, applyTimer, parkCause } from './apply-event.js';
import type { AnswerCause, Cause } from './cause.js';
import { stabilize } from './deliver.js';
import { type Draft, findRun, revert } from './draft.js';
import type { KeptCause } from './envelope.js';

/** Goes on where nothing parks the saga any more: what was kept is decided again, in order of arrival. */
export function resume(draft: Draft): void {
  if (draft.parked.length > 0) return;
  let [next, ...later] = draft.kept;
  while (next && draft.parked.length === 0) {
    draft.kept = later;
    const copy = { ...draft };
    try {
      redecide(draft, next);
      stabilize(draft);
    } catch (thrown) {
      revert(draft, copy);
      parkCause(draft, next, thrown);
    }
    [next, ...later] = draft.kept;
  }
}

function redecide(draft: Draft, kept: KeptCause): void {
  const cause = kept.cause as unknown as Cause;
  if (cause.type === 'event') applyEvent(draft, cause, kept);
  if (cause.type === 'timer') applyTimer(draft, cause, true);
  if (cause.type !== 'answer') return;
  // A step that was left meanwhile has settled in the ledger; the machine has nothing to learn from it.
  const run = findRun(draft, cause.id, cause.visit);
  if (run?.answered) giveAnswer(draft, cause, run, true);
  else if (run) settleAgain(draft, cause);
}

/** A function of the step's contract had thrown before the ledger knew the answer. */
function settleAgain(draft: Draft, cause: AnswerCause): void {
  const settled = settleAnswer(draft, cause);
  if ('forMachine' in settled) giveAnswer(draft, cause, settled.forMachine, true);
}
