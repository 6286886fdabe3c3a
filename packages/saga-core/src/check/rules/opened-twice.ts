import type { RunStep } from '../../effect.js';
import type { Envelope } from '../../envelope.js';
import { findObligation, obligationId } from '../../ledger.js';
import type { AnySaga } from '../../saga-definition.js';
import { rowKey } from '../../saga-id.js';
import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

/** A step runs anew for something that it may have opened already. */
export const openedTwice: Rule = {
  code: 'opened-twice',
  title: 'A step opens again what may be open already',
  explanation:
    'Each run of a step has an idempotency key of its own. Where an earlier run may have taken effect (its answer was ' +
    'lost, say), or has, or may still answer, a new one takes effect a second time: a card is charged twice. The ledger ' +
    'has one entry for a kind and an instance, so both are kept as one, and undone as one. Compensating in between ' +
    'helps only where the earlier run has ended: one that answers later may take effect after its undo.',
  mend:
    'give each attempt an instance of its own, and have the end name the one that it keeps. Where the earlier run has ' +
    'ended and cannot answer any more (the state waits for its done or its error, and nothing else leaves it), it is ' +
    'enough to compensate before the step runs again, or to ask the participant by a step that closes what never came ' +
    "about. Where the participant itself does nothing for an instance that it knows, whatever the key, say so in the contract: opens.idempotentBy: 'instance'",
  inspect: () => ({
    onMove: ({ saga, step, decision: { envelope, effects } }) =>
      effects.flatMap((effect) => {
        if (effect.type !== 'runStep') return [];
        // One that is parked in the moment in which it is asked for (the saga undoes) isn't begun, and opens nothing.
        if (effects.some((other) => other.type === 'parkStep' && other.key === effect.key)) return [];
        const what = openBefore(saga, envelope, effect);
        if (what === undefined) return [];
        const state = describeState(envelope.snapshot.value);
        return [
          {
            subject: `${effect.step} in ${state}`,
            message: `step ${effect.step} in ${state} opens ${what}`,
            step,
          },
        ];
      }),
  }),
};

/** What a run that begins would open a second time, in words. */
function openBefore(
  { steps }: AnySaga,
  { obligations, runs }: Envelope,
  { step, role, input, key }: RunStep,
): string | undefined {
  const opens = steps[step]?.opens;
  if (role !== 'invoke' || !opens || opens.idempotentBy === 'instance') return undefined;
  const id = obligationId({ kind: opens.kind, instance: opens.instance(input) });
  const known = findObligation(obligations, id);
  // A run that opens something is its source: only where it was open before is it still somebody else's.
  if (!known || ('key' in known.source && known.source.key === key)) {
    // What was undone meanwhile may come about only now: its undo came upon nothing.
    const pending = runs.find(
      (run) => run.opens === id && !run.answered && rowKey(run.id, run.visit) !== key,
    );
    return pending && `${id} again under a new key, while the ${pending.step} before may still answer`;
  }
  const { source, certainty } = known;
  const before = 'event' in source ? `what ${source.event} tells of` : `what ${source.step} opened`;
  const stands = certainty === 'open' ? 'is still open' : 'may have come about';
  return `${id} again under a new key, while ${before} before ${stands}`;
}
