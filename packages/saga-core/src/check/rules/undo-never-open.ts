import type { Envelope } from '../../envelope.js';
import { openObligations } from '../../ledger.js';
import type { AnySaga } from '../../saga-definition.js';
import type { StepContract } from '../../step.js';
import { compensationsOf } from '../compensations-of.js';
import { describeState } from '../describe-cause.js';
import type { Found, Rule } from '../rule.js';

interface Site {
  readonly found: Found;
  useful: boolean;
}

/** Something is closed or undone that is never open there. */
export const undoNeverOpen: Rule = {
  code: 'undo-never-open',
  title: 'An undo of something that can never be open',
  explanation:
    'On every path that leads here, what this step would close or undo is not open: it was never opened, or has ' +
    'been closed already. Either the step is in the wrong place, or the step that should have opened it is missing.',
  mend: 'take the step out of this path, or put the step that opens the obligation in front of it',
  saysNever: true,
  inspect: (saga) => {
    const compensations = compensationsOf(saga);
    const sites = new Map<string, Site>();
    const note = (subject: string, message: string, step: Found['step'], useful: boolean) => {
      const site = sites.get(subject) ?? { found: { subject, message, step }, useful: false };
      site.useful ||= useful;
      sites.set(subject, site);
    };
    return {
      onMove: (move) => {
        const before = move.before?.envelope;
        const { envelope, effects } = move.decision;
        const state = describeState(envelope.snapshot.value);
        for (const effect of effects) {
          if (effect.type !== 'runStep' || effect.role !== 'invoke') continue;
          const contract = saga.steps[effect.step];
          const kinds = contract ? kindsEndedBy(saga, contract) : [];
          if (kinds.length === 0) continue;
          const message = `step ${effect.step} in ${state} ends ${kinds.join(', ')}, which is never open there`;
          note(`${effect.step} in ${state}`, message, move.step, isOpen(envelope, kinds));
        }
        for (const [id, where] of compensations) {
          if ((envelope.visits[id] ?? 0) <= (before?.visits[id] ?? 0)) continue;
          const message = `${where} is entered with nothing to undo, whatever happened before`;
          // The event that leads there may be what opens it.
          const useful = isOpen(envelope) || (before !== undefined && isOpen(before));
          note(`compensate in ${where}`, message, move.step, useful);
        }
        return [];
      },
      atEnd: () => [...sites.values()].filter(({ useful }) => !useful).map(({ found }) => found),
    };
  },
};

/** What a step is there to end: what it closes for certain, and what it undoes. */
function kindsEndedBy(saga: AnySaga, contract: StepContract): string[] {
  const closed = contract.closes.filter(({ when }) => !when).map(({ kind }) => kind);
  const undone = Object.values(saga.steps).flatMap(({ opens }) =>
    opens?.undo === contract.name ? [opens.kind] : [],
  );
  return [...new Set([...closed, ...undone])];
}

function isOpen({ obligations }: Envelope, kinds?: readonly string[]): boolean {
  return openObligations(obligations).some(({ kind }) => !kinds || kinds.includes(kind));
}
