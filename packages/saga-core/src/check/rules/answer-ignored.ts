import type { AnswerCause } from '../../cause.js';
import { rowKey } from '../../saga-id.js';
import { describeState } from '../describe-cause.js';
import type { Found, Rule } from '../rule.js';

/** The machine waits for a step, and takes no notice of how it ends. */
export const answerIgnored: Rule = {
  code: 'answer-ignored',
  title: 'The answer of a step is never taken',
  explanation:
    'The machine invokes or spawns the step, and no transition ever takes this answer of it. The ledger knows what ' +
    'the step did, but the machine goes on waiting as if it were still under way.',
  mend: 'give the invoke onDone and onError (a spawned step transitions on xstate.done.actor.ID and xstate.error.actor.ID)',
  saysNever: true,
  inspect: () => {
    const begun = new Set<string>();
    const ignored = new Map<string, { site: string; found: Found }>();
    const taken = new Set<string>();
    return {
      onMove: ({ before, step, decision: { envelope, effects, outcome, reason } }) => {
        const state = describeState(envelope.snapshot.value);
        for (const effect of effects) {
          if (effect.type === 'runStep' && effect.role === 'invoke') begun.add(`${effect.id} in ${state}`);
        }
        if (!before || step?.cause.type !== 'answer') return [];
        const { cause } = step;
        const run = before.envelope.runs.find(
          (one) => rowKey(one.id, one.visit) === rowKey(cause.id, cause.visit),
        );
        if (!run || run.left || run.role !== 'invoke' || cause.outcome.kind === 'awaiting') return [];
        const where = describeState(before.envelope.snapshot.value);
        const name = run.id === run.step ? run.step : `${run.step} (${run.id})`;
        const subject = `${name} ${ending(cause)} in ${where}`;
        if (outcome === 'applied') taken.add(subject);
        if (outcome === 'ignored' && reason === 'NOT_HANDLED' && !ignored.has(subject)) {
          const message = `step ${name} ${ending(cause)} in ${where}, where it was begun, and nothing takes that answer`;
          ignored.set(subject, { site: `${run.id} in ${where}`, found: { subject, message, step } });
        }
        return [];
      },
      // In another state than the one that began it the machine may have good reason to wait no longer.
      atEnd: () =>
        [...ignored]
          .filter(([subject, { site }]) => begun.has(site) && !taken.has(subject))
          .map(([, { found }]) => found),
    };
  },
};

function ending({ outcome }: AnswerCause): string {
  return outcome.kind === 'done' ? 'is done' : 'fails';
}
