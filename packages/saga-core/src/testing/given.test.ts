import { expect, test as it } from 'vitest';
import { booking } from './conformance/booking-saga.js';
import { given, UnexpectedConsequences } from './given.js';
import {
  delayed,
  overridden,
  retried,
  stepDeclined,
  stepDone,
  stepUnknown,
  timerFires,
} from './happening.js';

const reserved = given(booking, { seat: 'A1' }).after(stepDone('reserve', { reference: 'r1' }));

it('a story tells state and effects of a start', () => {
  const start = given(booking, { seat: 'A1' });
  expect(() =>
    start.thenExpect({ state: 'RESERVING', asks: [['reserve', { seat: 'A1' }]], open: ['seat.held:A1?'] }),
  ).not.toThrow();
});

it('a story goes on from happening to happening', () => {
  const story = given(booking, { seat: 'A1' })
    .when(stepDone('reserve', { reference: 'r1' }))
    .thenExpect({
      state: 'RESERVED',
      context: { reference: 'r1' },
      asks: ['notify'],
      arms: ['TTL', 'REMINDER'],
      open: ['seat.held:A1'],
    })
    .when(timerFires('TTL'))
    .thenExpect({
      state: { CANCELLED: 'undoing' },
      asks: [['release', { seat: 'A1', reference: 'r1' }]],
      disarms: ['REMINDER'],
      open: ['seat.held:A1'],
    })
    .when(stepDone('release', { ok: true }))
    .thenExpect({ state: { CANCELLED: 'done' } });
  expect(story.at).toBe(10_000);
});

it('what a test does not name must not have happened', () => {
  const cancelled = reserved.when({ type: 'CANCEL' });
  expect(() => cancelled.thenExpect({ state: { CANCELLED: 'undoing' } })).toThrow(UnexpectedConsequences);
  expect(() => cancelled.thenExpect({ state: { CANCELLED: 'undoing' } })).toThrow(
    'asks: expected [], got ["release"]',
  );
});

it('an event that is not taken has its outcome and reason', () => {
  const story = reserved.when({ type: 'ISSUE' });
  expect(() =>
    story.thenExpect({ state: 'RESERVED', outcome: 'ignored NOT_HANDLED', open: ['seat.held:A1'] }),
  ).not.toThrow();
});

it('a retry, an override and a wait are told like anything else', () => {
  const parked = given(booking, { seat: 'A1' }).after(stepDeclined('reserve', 'MOOD'));
  expect(() =>
    parked
      .thenExpect({
        state: 'RESERVING',
        outcome: 'deferred PARKED',
        parksRows: ['reserve:1'],
        open: ['seat.held:A1?'],
        parked: ['DECLINE_NOT_DECLARED'],
      })
      .when(retried())
      .thenExpect({ state: 'RESERVING', reruns: ['reserve:1'], open: ['seat.held:A1?'] })
      .after(stepDone('reserve', { reference: 'r2' }))
      .when(delayed(500, overridden('CANCELLED')))
      .thenExpect({
        state: { CANCELLED: 'undoing' },
        asks: ['release'],
        disarms: ['TTL', 'REMINDER'],
        open: ['seat.held:A1'],
      }),
  ).not.toThrow();
});

it('a happening that cannot be says what could', () => {
  expect(() => reserved.when(stepUnknown('reserve'))).toThrow(
    "no step 'reserve' is in flight; in flight are notify:1",
  );
  expect(() => reserved.when(timerFires('NEVER'))).toThrow(
    "no timer 'NEVER' is armed; armed are xstate.after.TTL",
  );
});
