import { onceForEach } from '../../once-for-each.js';
import { isTaggedRest } from '../../state-value.js';
import { describeState } from '../describe-cause.js';
import { eventTaken } from '../event-taken.js';
import { transitionsFor } from '../match-event.js';
import type { Found, Place, Rule } from '../rule.js';
import { TakenOnTheWay } from '../taken-on-the-way.js';

/** An event is kept for a state that never comes. */
export const eventKeptInVain: Rule = {
  code: 'event-kept-in-vain',
  title: 'An event is kept for a state that never comes',
  explanation:
    'A deferred event waits for a state that takes it. From here no such state can be reached any more: the event ' +
    'is kept until its time is over, and then dropped, as if nobody had sent it. Where it has been taken on every way ' +
    'to here, it is the same event once more, and nothing is told.',
  mend: 'take the event here, or ignore it on purpose: on: { X: {} }',
  inspect: (saga) => {
    const kept = new Map<string, { type: string; where: string; places: Place[] }>();
    const taken = new Map<string, Set<number>>();
    const ways = new TakenOnTheWay();
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
      onMove: (move) => {
        ways.note(move);
        const type = eventTaken(move);
        if (type !== undefined && move.step)
          onceForEach(taken, type, () => new Set()).add(move.step.from.index);
        return [];
      },
      // A state that has a way on in one case keeps the event with reason, also where another case has none.
      atEnd: (_places, leadingTo, reachedBy) => {
        const hopeful = new Map<string, ReadonlySet<number>>();
        const untaken = new Map<string, ReadonlySet<number>>();
        return [...kept].flatMap(([subject, { type, where, places }]): Found[] => {
          const hope = onceForEach(hopeful, type, () => leadingTo(taken.get(type) ?? []));
          if (places.some(({ index }) => hope.has(index))) return [];
          // What has been taken already may come again, and is not missed.
          const news = onceForEach(untaken, type, () => reachedBy(ways.isPassed(type)));
          const at = places.find(({ index }) => news.has(index));
          const message = `${where} keeps ${type}, but no state that takes it can be reached from there any more`;
          return at ? [{ subject, message, at }] : [];
        });
      },
    };
  },
};
