import { findObligation, obligationId } from '../../ledger.js';
import { isAtRest } from '../../settle-rest.js';
import { deadlineMsOf } from '../../step.js';
import { isCompensating } from '../../steps-in-flight.js';
import { selects } from '../../xstate-seam.js';
import { describeState, timerName } from '../describe-cause.js';
import { describeDuration } from '../describe-duration.js';
import { describeGuesses, guessesOf } from '../describe-guesses.js';
import type { Rule, Stand } from '../rule.js';

/** News that something is open in the world comes where nothing takes it. */
export const newsLost: Rule = {
  code: 'news-lost',
  title: 'News of something open in the world is lost',
  explanation:
    'A public event with opens says that something has happened in the world: money has arrived, say. It is ' +
    'entered in the ledger when a transition takes it. Where it is ignored, where a guard refuses it, where the saga ' +
    'is at rest and only keeps it, or where a final state has ended the saga, nobody ever undoes what it tells of. ' +
    'Nor is it enough to keep it where the wait may outlast the time for which it is kept: until a timer that comes ' +
    'later, while a step is under way whose deadline is later, or while the saga undoes, for an undo may be answered ' +
    'late. The ledger takes it then, but the machine never hears of it, and waits for it in vain.',
  mend:
    'stay alive for it: take the event in the states that undo and rest, too, whatever guards say, and lead it to ' +
    'compensation; keep it (defer) for longer than any wait lasts. Where a guard refuses only what the ledger has already ' +
    '(the same message once more), give samples of the input, and the guard is asked. Where the event tells of nothing ' +
    "that is this saga's (somebody else's payment), have opens.instance give undefined for it",
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
        const isTaken = () => selects(saga.machine, live, event);
        // Guards are taken both ways: a no of theirs may be the answer.
        const refused = stand.oracle.allWays(isTaken).filter(({ result }) => result !== 'some');
        const keeps = resting ? undefined : declared?.defer;
        const first = refused.find(({ result }) => !keeps || result === 'inert') ?? refused[0];
        if (!first) return [];
        const keptMs = first.result === 'none' ? keeps?.ttlMs : undefined;
        const outlasting = keptMs === undefined ? undefined : outlasts(stand, keptMs);
        if (keptMs !== undefined && outlasting === undefined) return [];
        const where = describeState(live.value);
        const guesses = guessesOf(stand.oracle, first.answers, isTaken);
        const guards = describeGuesses(guesses);
        const told = `${event.type} in ${where} tells that ${id} is open`;
        const lost =
          keptMs === undefined
            ? 'nothing takes it, and nothing ever undoes it'
            : `it is only kept there for ${describeDuration(keptMs)}, which ${outlasting} outlasts, and the machine never hears of it`;
        const message =
          guards === ''
            ? `${told}, but ${lost}`
            : `${told}, but ${guards}, ${lost}; where that cannot be, give samples of the input, and guards are asked`;
        return [{ subject: `${event.type} in ${where}`, message, at: stand.place, guesses }];
      });
    },
  }),
};

/** Why the wait may last longer than that: it ends with the first timer, or with the first deadline of a step. */
function outlasts({ saga, envelope }: Stand, ttlMs: number): string | undefined {
  if (isCompensating(envelope)) return 'an undo that is answered late';
  // All timers of an exploration were armed at 0, so that they are due after their delay.
  const timers = envelope.timers.map(({ id, dueAt }) => ({ ms: dueAt, what: timerName(id) }));
  const asked = envelope.runs.filter(({ role, left }) => role === 'invoke' && !left);
  const deadlines = asked.flatMap(({ step, role }) => {
    const contract = saga.steps[step];
    return contract ? [{ ms: deadlineMsOf(contract, role), what: `the deadline of step ${step}` }] : [];
  });
  const [first] = [...timers, ...deadlines].sort((one, other) => one.ms - other.ms);
  if (!first || first.ms <= ttlMs) return undefined;
  return `the wait of ${describeDuration(first.ms)} for ${first.what}`;
}

function isNews({ envelope }: Stand, id: string): boolean {
  const before = findObligation(envelope.obligations, id);
  if (!before) return true;
  const old = before.wasCertain || before.closedBy === 'step' || before.closedBy === 'event';
  return before.certainty === 'closed' && !old;
}
