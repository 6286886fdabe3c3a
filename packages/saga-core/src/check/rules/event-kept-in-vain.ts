import { onceForEach } from '../../once-for-each.js';
import { isTaggedRest } from '../../state-value.js';
import { describeState } from '../describe-cause.js';
import { transitionsFor } from '../match-event.js';
import type { Found, Place, Rule } from '../rule.js';

/** An event is kept for a state that never comes. */
export const eventKeptInVain: Rule = {
  code: 'event-kept-in-vain',
  title: 'An event is kept for a state that never comes',
  explanation:
    'A deferred event waits for a state that takes it. From here no such state can be reached any more: the event ' +
    'is kept until its time is over, and then dropped, as if nobody had sent it.',
  mend: 'take the event here, or ignore it on purpose: on: { X: {} }',
  inspect: (saga) => {
    const kept = new Map<string, { type: string; where: string; places: Place[] }>();
    const taken = new Map<string, Set<number>>();
    return {
      onPlace: ({ place, envelope, live }) => {
        // At rest keeping is in vain anyway; another rule says so.
        if (envelope.parked.length > 0 || isTaggedRest(live.nodes)) return [];
        const where = describeState(live.value);
        for (const [type, { defer }] of Object.entries(saga.events)) {
          if (!defer || live.nodes.some((node) => transitionsFor(node, type).length > 0)) continue;
          const subject = `${type} in ${where}`;
          onceForEach(kept, subject, () => ({ type, where, places: [] })).places.push(place);
        }
        return [];
      },
      onMove: ({ step, decision }) => {
        if (step?.cause.type !== 'event' || decision.outcome !== 'applied') return [];
        const { type } = step.cause.event;
        onceForEach(taken, type, () => new Set()).add(step.from.index);
        return [];
      },
      // A state that has a way on in one case keeps the event with reason, also where another case has none.
      atEnd: (_places, leadingTo) => {
        const hopeful = new Map<string, ReadonlySet<number>>();
        return [...kept].flatMap(([subject, { type, where, places }]): Found[] => {
          const hope = onceForEach(hopeful, type, () => leadingTo(taken.get(type) ?? []));
          const [at] = places.some(({ index }) => hope.has(index)) ? [] : places;
          const message = `${where} keeps ${type}, but no state that takes it can be reached from there any more`;
          return at ? [{ subject, message, at }] : [];
        });
      },
    };
  },
};
