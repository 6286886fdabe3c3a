import { expect, test } from 'vitest';
import { seats } from '../test-support/check-corpus/seat-steps.js';
import { deed, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { checkSaga } from './check-saga.js';

interface Failed {
  readonly event: { readonly error: { readonly message: string; readonly details?: { soft: boolean } } };
}

/** Forgets its seat where the guard says so of a failure. */
const forgets = (guard: (args: Failed) => unknown) =>
  smallSaga('forgets-after-a-failure', {
    steps: [...seats, deed('print', { declines: ['NO'] })],
    machine: {
      initial: 'holding',
      states: {
        holding: {
          invoke: { src: 'holdOne', input: () => ({ seat: 'a' }), onDone: 'printing', onError: 'failed' },
        },
        printing: {
          invoke: {
            src: 'print',
            input: () => ({}),
            onDone: 'held',
            onError: [{ guard, target: 'gone' }, { target: 'failed' }],
          },
        },
        held: { tags: ['rest'], meta: { keeps: ['seat'] } },
        gone: { tags: ['rest'] },
        failed: { invoke: { src: 'compensate', onDone: 'gone' } },
      },
    },
  });
const input = [undefined];

test('details of a no are tried where there are samples of them, and a way shows them', () => {
  const saga = forgets(({ event }) => event.error.details?.soft === true);
  const samples = { input, details: { print: [{ soft: true }] } };
  const [finding] = checkSaga(saga, { samples }).findings;
  expect(finding).toMatchObject({ rule: 'obligation-left-open', subject: 'seat in gone' });
  expect(finding?.trace.at(-1)?.what).toBe('step print: declined with NO {"soft":true}');
});

test('and so is the message of a failure of which nobody knows', () => {
  const saga = forgets(({ event }) => event.error.message.includes('timeout'));
  const samples = { input, messages: { print: ['timeout'] } };
  const [finding] = checkSaga(saga, { samples }).findings;
  expect(finding).toMatchObject({ rule: 'obligation-left-open', subject: 'seat in gone' });
});
