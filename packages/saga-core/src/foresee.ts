import type { AdminCause, EventCause } from './cause.js';
import { decide } from './decide.js';
import type { Outcome } from './decision.js';
import type { Envelope } from './envelope.js';
import type { Json } from './json.js';
import type { ObligationView, SagaStatus } from './runner-contract.js';
import type { AnySaga } from './saga-definition.js';
import { compensationPreview, sagaStatus } from './view.js';

/** What an act of a person would do to a saga at this moment. Nothing is done. */
export interface Foresight {
  /** `refused`: nothing would happen, for the reason given. */
  readonly outcome: Outcome;
  readonly reason?: string;
  /** The machine's state value before and after. */
  readonly from: Json;
  readonly to: Json;
  /** The saga's status after it. */
  readonly status: SagaStatus;
  /** Names of the steps that it would start, or run again. */
  readonly starts: readonly { readonly key: string; readonly step: string; readonly isAgain: boolean }[];
  /** Keys of the steps that it would leave or give up. */
  readonly leaves: readonly string[];
  readonly arms: readonly string[];
  /** What would still be open after it, newest first, as it would be undone. */
  readonly open: readonly ObligationView[];
  /** Why it would be parked after it. */
  readonly parked: readonly string[];
}

/**
 * Decides an act on a copy, and says what would follow from it at once. Pure.
 *
 * @param at - milliseconds since the epoch
 */
export function foresee(
  saga: AnySaga,
  envelope: Envelope,
  cause: AdminCause | EventCause,
  at: number,
): Foresight {
  const { outcome, reason, effects, envelope: after } = decide(saga, envelope, cause, at);
  return {
    outcome,
    ...(reason !== undefined && { reason }),
    from: envelope.snapshot.value,
    to: after.snapshot.value,
    status: sagaStatus(saga, after),
    starts: effects.flatMap((effect) => {
      if (effect.type === 'runStep') return { key: effect.key, step: effect.step, isAgain: false };
      if (effect.type === 'rerunStep')
        return { key: effect.key, step: stepOf(envelope, effect.key), isAgain: true };
      return [];
    }),
    leaves: effects.flatMap((effect) =>
      effect.type === 'leaveStep' || effect.type === 'cancelStep' ? effect.key : [],
    ),
    arms: effects.flatMap((effect) => (effect.type === 'armTimer' ? effect.id : [])),
    open: compensationPreview(saga, after),
    parked: after.parked.map(({ message }) => message),
  };
}

function stepOf({ runs }: Envelope, key: string): string {
  return runs.find(({ id, visit }) => `${id}:${visit}` === key)?.step ?? key;
}
