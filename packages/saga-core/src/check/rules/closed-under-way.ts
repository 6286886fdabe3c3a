import type { Envelope } from '../../envelope.js';
import { closeBy, findObligation } from '../../ledger.js';
import type { AnySaga } from '../../saga-definition.js';
import { rowKey } from '../../saga-id.js';
import { describeState } from '../describe-cause.js';
import type { Rule, Step } from '../rule.js';

/** A step closes what another step may open only afterwards. */
export const closedUnderWay: Rule = {
  code: 'closed-under-way',
  title: 'A step closes what is still being opened',
  explanation:
    'The step that opens it is under way: the machine has left it by a timer or an event, or runs it beside this one. ' +
    'Which of the two takes effect first nobody knows. A refund that comes before the charge finds nothing to give ' +
    'back, and is done; the charge lands afterwards. Closed is closed: its late answer is old news to the ledger, so ' +
    'that nothing undoes it, not even a compensation that follows.',
  mend:
    'wait for the answer of the step that opens it, in the state that asks for it, and close it from there; or let ' +
    "compensation undo it (invoke: { src: 'compensate' }): it waits for steps under way, and undoes what lands late",
  inspect: () => ({
    onMove: ({ saga, before, step }) => (before && step ? closedTooSoon(saga, before.envelope, step) : []),
  }),
};

function closedTooSoon({ steps }: AnySaga, { runs, obligations, snapshot }: Envelope, step: Step) {
  const { cause } = step;
  if (cause.type !== 'answer' || cause.outcome.kind !== 'done') return [];
  const run = runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
  const contract = run && steps[run.step];
  // Compensation waits for what is under way, and what lands after an undo is undone once more.
  if (!run || !contract || run.answered || run.role === 'undo' || run.role === 'probe') return [];
  const output = contract.output.safeParse(cause.outcome.output);
  if (!output.success || run.closes.length === 0) return [];
  const answer = { input: run.input ?? null, output: output.data };
  const after = closeBy(obligations, run, contract, output.data, 'step');
  return run.closes.flatMap((id, index) => {
    // Who finds out that it has become something else has found that it came about.
    const isFound = contract.closes[index]?.when !== undefined && contract.opens?.when?.(answer) === true;
    if (isFound) return [];
    // What is known to be open has come about: a message has said so before the answer did.
    const isUnsure = findObligation(obligations, id)?.certainty === 'maybe';
    if (!isUnsure || findObligation(after, id)?.certainty !== 'closed') return [];
    const key = rowKey(run.id, run.visit);
    const opener = runs.find(
      (one) =>
        one.role === 'invoke' &&
        one.opens === id &&
        !one.answered &&
        !one.parked &&
        rowKey(one.id, one.visit) !== key,
    );
    if (!opener) return [];
    const state = describeState(snapshot.value);
    const message =
      `step ${run.step} in ${state} closes ${id} while step ${opener.step}, which opens it, is still under way: ` +
      `if ${opener.step} takes effect afterwards, nothing undoes it`;
    return [{ subject: `${run.step} in ${state}`, message, step }];
  });
}
