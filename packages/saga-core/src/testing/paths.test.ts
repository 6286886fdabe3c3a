import { describe, expect, it } from 'vitest';
import { createOrderSaga } from '../order/order-saga.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { given } from './given.js';
import { stepDone } from './happening.js';
import { inMemory, pathTests } from './path-tests.js';
import { pathsOf } from './paths-of.js';
import { transitionCoverage } from './transition-coverage.js';

const [travelBooking] = SOUND;
if (!travelBooking) throw new Error('the corpus is empty');
pathTests({ describe, it, expect }, inMemory, travelBooking);
pathTests({ describe, it, expect }, inMemory, createOrderSaga());

describe('paths', () => {
  it('lead to every state of a saga', () => {
    const names = pathsOf(travelBooking).map(({ name }) => name);
    for (const state of ['seat', 'room', 'paying', 'booked', 'failed.undoing', 'failed.done']) {
      expect(names).toContain(`to ${state}`);
    }
  });

  it('are the shortest', () => {
    const booked = pathsOf(travelBooking).find(({ name }) => name === 'to booked');
    expect(booked?.steps.map(({ do: what }) => what)).toEqual(['answer', 'answer', 'answer']);
  });
});

describe('transition coverage', () => {
  it('tells which transitions no test took', () => {
    const order = createOrderSaga();
    const [input] = order.check?.samples?.input ?? [];
    const story = given(order, input as Parameters<typeof given<typeof order>>[1]).when(
      stepDone('reserveStock', { reservationId: 'r' }),
    );
    const { taken, missed } = transitionCoverage(order, [story.decision.history]);
    expect(taken).toMatchObject([
      { from: 'CREATED.reservingStock', to: 'RESERVED', on: 'reserveStock done' },
    ]);
    expect(missed.some(({ on }) => on === 'PAY')).toBe(true);
  });
});
