import { findObligation, obligationId } from '../../ledger.js';
import { isAtRest } from '../../settle-rest.js';
import { isCompensating } from '../../steps-in-flight.js';
import { selects } from '../../xstate-seam.js';
import { describeState } from '../describe-cause.js';
import type { Rule, Stand } from '../rule.js';

/** News that something is open in the world comes where nothing takes it. */
export const newsLost: Rule = {
  code: 'news-lost',
  title: 'News of something open in the world is lost',
  explanation:
    'A public event with opens says that something has happened in the world: money has arrived, say. It is ' +
    'entered in the ledger when a transition takes it. Where it is ignored, where the saga is at rest and only ' +
    'keeps it, or where a final state has ended the saga, nobody ever undoes what it tells of. Nor is it enough to ' +
    'keep it while the saga undoes: an undo that is stuck may outlast the time for which it is kept.',
  mend: 'stay alive for it: take the event in the states that undo and rest, too, and lead it to compensation',
  inspect: () => ({
    onPlace: (stand) => {
      const { saga, envelope, live, causes } = stand;
      if (envelope.parked.length > 0) return [];
      const resting = live.status === 'done' || isAtRest({ ...envelope, live });
      return causes.outside(envelope).flatMap(({ event }) => {
        const declared = saga.events[event.type];
        const opens = declared?.opens;
        const instance = opens?.instance(event, live.context);
        if (!opens || instance === undefined) return [];
        const id = obligationId({ kind: opens.kind, instance });
        if (!isNews(stand, id)) return [];
        const ways = stand.oracle.allWays(() => selects(saga.machine, live, event));
        if (ways.some(({ result }) => result === 'some')) return [];
        const kept = declared?.defer && !resting && ways.every(({ result }) => result === 'none');
        // How long an undo takes nobody knows, and what is kept is dropped when its time is over.
        if (kept && !isCompensating(envelope)) return [];
        const where = describeState(live.value);
        const told = `${event.type} in ${where} tells that ${id} is open`;
        const lost = kept
          ? `is only kept there for ${declared.defer.ttlMs} ms, which an undo that is stuck outlasts`
          : 'nothing takes it, and nothing ever undoes it';
        return [{ subject: `${event.type} in ${where}`, message: `${told}, but ${lost}`, at: stand.place }];
      });
    },
  }),
};

function isNews({ envelope }: Stand, id: string): boolean {
  const before = findObligation(envelope.obligations, id);
  if (!before) return true;
  const old = before.wasCertain || before.closedBy === 'step' || before.closedBy === 'event';
  return before.certainty === 'closed' && !old;
}
