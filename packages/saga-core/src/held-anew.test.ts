import { describe, expect, test } from 'vitest';
import { checkSaga } from './check/check-saga.js';
import { deed, failed, invoke, smallSaga } from './test-support/check-corpus/small-saga.js';
import { given, retried, stepAwaits, stepDone, stepUnknown, timerFires } from './testing/index.js';

const release = deed('release');
const hold = deed('hold', { opens: 'seat', undo: release });
const refund = deed('refund');
const charge = deed('charge', { opens: 'money', undo: refund });
const end = (...keeps: string[]) => ({ tags: ['rest'], meta: { keeps } });

/** Holds a seat anew after all has been undone, and comes to rest. */
const holdsAgain = (...keeps: string[]) =>
  smallSaga('holds-again', {
    steps: [release, hold, refund, charge],
    machine: {
      initial: 'holding',
      states: {
        holding: invoke('hold', 'charging'),
        charging: { ...invoke('charge', 'paid', 'undoing'), after: { SOON: 'undoing' } },
        undoing: { invoke: { src: 'compensate', onDone: 'again' } },
        again: {
          invoke: { id: 'again', src: 'hold', input: () => ({}), onDone: 'rested', onError: '#failed' },
        },
        paid: end('seat', 'money'),
        rested: end(...keeps),
        failed,
      },
    },
  });
const heldAnew = (...keeps: string[]) =>
  given(holdsAgain(...keeps), undefined).after(
    stepDone('hold', {}),
    stepUnknown('charge'),
    stepDone('undo:money:x', {}),
    stepDone('undo:seat:x', {}),
    stepDone('again', {}),
  );

describe('what is held anew after a compensation', () => {
  test('is a leak like any other where no state of rest keeps it', () => {
    const { envelope } = heldAnew();
    expect(envelope.parked).toMatchObject([{ code: 'OBLIGATION_LEFT_OPEN' }]);
    expect(envelope.runs).toEqual([]);
  });

  test('is kept where the end says so', () => {
    expect(heldAnew('seat').envelope.parked).toEqual([]);
  });

  test('is undone by the retry of a person', () => {
    const story = heldAnew().when(retried());
    expect(story.envelope.runs).toMatchObject([{ role: 'undo', target: 'seat:x' }]);
  });

  test('is found by the check', () => {
    const found = (...keeps: string[]) =>
      checkSaga(holdsAgain(...keeps)).findings.map(({ rule, subject }) => `${rule}: ${subject}`);
    expect(found()).toEqual(['obligation-left-open: seat in rested']);
    expect(found('seat')).toEqual([]);
  });
});

test('late news of what was open before the compensation is undone by itself, also beside what is held anew', () => {
  const late = given(holdsAgain('seat'), undefined)
    .after(stepDone('hold', {}), stepAwaits('charge'))
    .after(
      timerFires('SOON'),
      stepDone('undo:money:x', {}),
      stepDone('undo:seat:x', {}),
      stepDone('again', {}),
    );
  const story = late.when(stepDone('charge', {}));
  expect(story.envelope.parked).toEqual([]);
  expect(story.envelope.runs).toMatchObject([{ role: 'undo', target: 'money:x' }]);
});
