import { isTaggedRest } from '../../state-value.js';
import { describeState } from '../describe-cause.js';
import { transitionsFor } from '../match-event.js';
import type { Rule } from '../rule.js';

/** A public event meets a state that says nothing about it. */
export const eventUndeclared: Rule = {
  code: 'event-undeclared',
  title: 'A state says nothing about a public event',
  explanation:
    'Events come again, late and before their time, so every one can come in every state. Each state has to take ' +
    'it, keep it for later or ignore it on purpose; otherwise nobody knows whether somebody thought of it.',
  mend: "take it (on: { X: 'target' }), ignore it on purpose (on: { X: {} }), or declare it with defer",
  inspect: (saga) => {
    const seen = new Set<string>();
    return {
      onPlace: ({ place, envelope, live }) => {
        const where = describeState(live.value);
        if (seen.has(where) || envelope.parked.length > 0 || live.status === 'done') return [];
        seen.add(where);
        // At rest nothing is to come that would take what is kept.
        const resting = isTaggedRest(live.nodes);
        return Object.entries(saga.events)
          .filter(([type, { defer }]) => type !== saga.override && (resting || !defer))
          .filter(([type]) => live.nodes.every((node) => transitionsFor(node, type).length === 0))
          .map(([type]) => ({
            subject: `${type} in ${where}`,
            message: `${where} neither takes ${type} nor ignores it on purpose, ${resting ? 'and at rest nothing later will' : "and it isn't deferred"}`,
            at: place,
          }));
      },
    };
  },
};
