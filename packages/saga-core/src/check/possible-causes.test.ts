import { describe, expect, test } from 'vitest';
import { decide } from '../decide.js';
import type { Envelope } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';
import { bruteForce } from '../test-support/check-corpus/brute-force.js';
import {
  GIVES_BACK_AND_UNDOES,
  GIVES_BACK_OR_KEEPS,
  GIVES_BACK_UNHEARD,
} from '../test-support/check-corpus/settled-by-input.js';
import { given, stepAwaits, stepDone } from '../testing/index.js';
import { checkSaga } from './check-saga.js';
import { possibleCauses } from './possible-causes.js';

/** What may become of a step, and what is open in the world after each. */
function answersTo(saga: AnySaga, envelope: Envelope): string[] {
  return possibleCauses(saga, {})
    .inside(envelope)
    .map((cause) => {
      if (cause.type !== 'answer') throw new Error(`${cause.type} is no answer`);
      const [stock] = decide(saga, envelope, cause, 0).envelope.obligations;
      return `${cause.outcome.kind} after ${cause.attempts}: ${stock?.certainty}`;
    });
}

describe('of a step that is used as an action the check tries', () => {
  const off = (saga: AnySaga) => given(saga, undefined).after(stepDone('hold', {})).envelope;

  test('that it is done, that nobody knows, and that it did nothing: a no, where it may be declined', () => {
    expect(answersTo(GIVES_BACK_OR_KEEPS, off(GIVES_BACK_OR_KEEPS))).toEqual([
      'done after 1: closed',
      'declined after 1: open',
      'unknown after 1: maybe',
    ]);
  });

  test('and that it was given up before it began, where it can not be declined', () => {
    expect(answersTo(GIVES_BACK_UNHEARD, off(GIVES_BACK_UNHEARD))).toEqual([
      'done after 1: closed',
      'unknown after 1: maybe',
      'unknown after 0: open',
    ]);
  });

  test.each(GIVES_BACK_AND_UNDOES.map((saga) => [saga]))(
    'and that it answers later, where a compensation waits for it until then: $name',
    (saga) => {
      expect(answersTo(saga, off(saga))).toContain('awaiting after 1: open');
      expect(
        given(saga, undefined).after(stepDone('hold', {})).when(stepAwaits('giveBack')).came,
      ).toMatchObject({
        asks: ['release'],
      });
    },
  );

  test.each(GIVES_BACK_AND_UNDOES.map((saga) => [saga]))(
    'as much as a brute-force walk does, and comes to the same: $name',
    (saga) => {
      const { findings, reached } = checkSaga(saga);
      expect({ findings, reached }).toEqual({ findings: [], reached: [] });
      expect(bruteForce(saga, 600)).toMatchObject({ wrong: {}, cutAfter: undefined });
    },
  );
});
