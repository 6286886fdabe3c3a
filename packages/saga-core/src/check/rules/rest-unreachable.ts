import { describeState } from '../describe-cause.js';
import type { Place, Rule } from '../rule.js';

/** There is no way from a state to any rest. */
export const restUnreachable: Rule = {
  code: 'rest-unreachable',
  title: 'A state from which there is no way to rest',
  explanation:
    'Whatever happens from here on, the saga never comes to an end: it goes round in circles, or it waits for ' +
    "something that can't come. What it has opened stays open.",
  mend: "lead the state to one that is tagged 'rest', and see that its steps have both onDone and onError",
  inspect: () => ({
    atEnd: (places, leadingTo) => {
      const canRest = (place: Place | undefined) => place === undefined || places[place.index]?.canRest;
      // Where another rule says why a saga parks on the way, that is the cause.
      const broken = places.filter(({ parked }) => parked.some((code) => code !== 'STEP_ERROR_UNHANDLED'));
      const explained = leadingTo(broken.map(({ place }) => place.index));
      return (
        places
          .filter(
            ({ place, parked }) => !canRest(place) && parked.length === 0 && !explained.has(place.index),
          )
          // The first place on each way says it for all that follow.
          .filter(({ place: { by } }) => canRest(by?.from) || (by && explained.has(by.from.index)))
          .map(({ place, state }) => {
            const where = describeState(state);
            return {
              subject: where,
              message: `from ${where} no state of rest can be reached any more`,
              at: place,
            };
          })
      );
    },
  }),
};
