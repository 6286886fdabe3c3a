import { describe, expect, test } from 'vitest';
import { decide } from '../decide.js';
import type { Envelope } from '../envelope.js';
import type { AnySaga } from '../saga-definition.js';
import { GIVES_BACK_OR_KEEPS, GIVES_BACK_UNHEARD } from '../test-support/check-corpus/settled-by-input.js';
import { given, stepDone } from '../testing/index.js';
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
});
