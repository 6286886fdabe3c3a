import { describe, expect, test as it } from 'vitest';
import { z } from 'zod';
import { publicEvent } from './public-event.js';
import { sagaOf } from './test-support/saga-of.js';
import { booking } from './testing/conformance/booking-saga.js';
import { pair } from './testing/conformance/pair-saga.js';
import { given, parkedByHand, type Story, stepDeclined, stepDone, stepUnknown } from './testing/index.js';
import { attributesOf, compensationPreview, isSettled, sagaStatus, viewSaga, whatNext } from './view.js';

const start = given(booking, { seat: 'A1' });
const reserved = start.after(stepDone('reserve', { reference: 'r' }));
const cancelling = reserved.after({ type: 'CANCEL' });
const cancelled = cancelling.after(stepDone('release', { ok: true }), stepDone('notify', null));
const statusOf = ({ envelope }: Story, saga = booking as Parameters<typeof sagaStatus>[0]) => [
  sagaStatus(saga, envelope),
  isSettled(saga, envelope),
];

describe('the status of a saga', () => {
  it('is the first that fits: parked, compensating, at rest, running', () => {
    expect(statusOf(reserved)).toEqual(['running', false]);
    expect(statusOf(cancelling)).toEqual(['compensating', false]);
    expect(statusOf(cancelling.after(parkedByHand()))).toEqual(['parked', false]);
    expect(statusOf(cancelled)).toEqual(['rest', true]);
  });

  it('is at rest in parallel regions only when every leaf is', () => {
    const half = given(pair, undefined).after(stepDone('left', { reference: 'l' }));
    expect(statusOf(half, pair)).toEqual(['running', false]);
    expect(statusOf(half.after(stepDone('right', { reference: 'r' })), pair)).toEqual(['rest', true]);
  });

  it('is not at rest while a region waits for an event', () => {
    const resting = { initial: 'rested', states: { rested: { tags: ['rest'] } } };
    const waiting = {
      initial: 'waits',
      states: { waits: { on: { GO: 'rested' } }, rested: { tags: ['rest'] } },
    };
    const saga = sagaOf({ type: 'parallel', states: { resting, waiting } }, { events: ['GO'] });
    const story = given(saga, undefined);
    expect(statusOf(story, saga)).toEqual(['running', false]);
    expect(statusOf(story.after({ type: 'GO' }), saga)).toEqual(['rest', true]);
  });

  it('is at rest, though not settled, while a step that was left could still bring something', () => {
    const asking = { invoke: { id: 'reserve', src: 'reserve', input: { seat: 'A' } }, on: { LEAVE: 'away' } };
    const config = { initial: 'asking', states: { asking, away: { tags: ['rest'] } } };
    const saga = sagaOf(config, { events: ['LEAVE'] });
    const left = given(saga, undefined).after({ type: 'LEAVE' });
    expect(statusOf(left, saga)).toEqual(['rest', false]);
    expect(statusOf(left.after(stepDeclined('reserve', 'TAKEN')), saga)).toEqual(['rest', true]);
    expect(statusOf(left.after(stepDone('reserve', { reference: 'r' })), saga)).toEqual(['parked', false]);
  });
});

describe('a view', () => {
  it('shows what is stored', () => {
    const view = viewSaga(booking, reserved.envelope, { steps: [], createdAt: 1, updatedAt: 2 });
    expect(view).toMatchObject({
      id: 'saga',
      saga: 'booking',
      version: 1,
      status: 'running',
      settled: false,
      state: 'RESERVED',
      attributes: { seat: 'A1' },
      parked: [],
      openObligations: [
        {
          id: 'seat.held:A1',
          kind: 'seat.held',
          instance: 'A1',
          certainty: 'open',
          step: 'reserve',
          undo: 'release',
        },
      ],
      createdAt: 1,
      updatedAt: 2,
    });
    expect(view.timers.map(({ dueAt }) => dueAt)).toEqual([3_000, 10_000]);
    expect(view.waitingFor).toContain('event PAY');
    expect(view.waitingFor).toContain('step notify');
  });

  it('says that a parked saga waits for a person', () => {
    expect(whatNext(booking, reserved.after(parkedByHand()).envelope)).toMatchObject({
      waitingFor: ['a person: retry or skip'],
      overrides: [],
    });
  });

  it('leaves out where a guard throws instead of letting anybody through', () => {
    const move = { MOVE: publicEvent({ schema: z.object({ to: z.string() }) }) };
    const saga = sagaOf(
      {
        initial: 'a',
        states: { a: { on: { MOVE: { guard: 'grumbles', target: 'b' } } }, b: { tags: ['rest'] } },
      },
      {
        declared: move,
        override: 'MOVE',
        guards: {
          grumbles: () => {
            throw new Error('no');
          },
        },
      },
    );
    expect(whatNext(saga, given(saga, undefined).envelope)).toMatchObject({ overrides: [] });
  });

  it('says where events and overrides lead', () => {
    const next = whatNext(booking, reserved.envelope);
    expect(next.events).toEqual([
      { event: 'PAY', to: 'PAYING' },
      { event: 'CANCEL', to: 'CANCELLED' },
      { event: 'RESTART', to: 'RESERVED' },
      { event: 'GRUMBLE', to: 'CANCELLED' },
    ]);
    expect(next.overrides).toEqual([
      { to: 'PAYING', needsForce: true },
      { to: 'CANCELLED', needsForce: false },
    ]);
  });

  it('previews compensation in its order, with worth and doubt', () => {
    const doubtful = reserved.after({ type: 'PAY' });
    expect(compensationPreview(booking, doubtful.envelope)).toMatchObject([
      { id: 'payment.authorized:A1', certainty: 'maybe', amount: { amount: 1_000, currency: 'EUR' } },
      { id: 'seat.held:A1', certainty: 'open' },
    ]);
    expect(compensationPreview(booking, cancelled.envelope)).toEqual([]);
  });

  it('tells of an obligation that an event opened by the name of the event', () => {
    const paid = reserved.after({ type: 'PAY' }, { type: 'PAYMENT_CAME', reference: 'x' });
    expect(compensationPreview(booking, paid.envelope)[0]).toMatchObject({
      step: 'PAYMENT_CAME',
      undo: 'refund',
    });
  });

  it('reads attributes from the context', () => {
    expect(attributesOf(booking, start.after(stepUnknown('reserve')).envelope)).toEqual({ seat: 'A1' });
    expect(attributesOf(pair, given(pair, undefined).envelope)).toEqual({});
  });
});
