import { describe, expect, it } from 'vitest';
import { createOrderSaga } from '../order/order-saga.js';
import type { AnySaga } from '../saga-definition.js';
import { SOUND_WAITS } from '../test-support/check-corpus/news-machines.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { coveringPaths } from './covering-paths.js';
import { given } from './given.js';
import { stepDone } from './happening.js';
import { inMemory, type PathOptions, pathTests } from './path-tests.js';
import { pathsOf, type SagaPath } from './paths-of.js';
import {
  describeTransition,
  type HistoryMove,
  renderCoverage,
  transitionCoverage,
} from './transition-coverage.js';

const [travelBooking] = SOUND;
if (!travelBooking) throw new Error('the corpus is empty');
pathTests({ describe, it, expect }, inMemory, travelBooking);
const order = createOrderSaga();
const orderPaths = pathsOf(order);
pathTests({ describe, it, expect }, inMemory, order, { paths: orderPaths });

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

  it('wait for a timer that is due after a step has been given up, or in the moment in which one would be', () => {
    const names = orderPaths.map(({ name }) => name);
    expect(names).toContain('CONFIRMED.awaitingPacking -> CONFIRMED.awaitingPacking on timer.OVERDUE');
    expect(names).toContain(
      'PAYMENT_PENDING.capturing -> PAYMENT_PENDING.askingGateway on timer.PAYMENT_TIMEOUT',
    );
  });

  it('tell what the machine does on the way', () => {
    const booked = pathsOf(travelBooking).find(({ name }) => name === 'to booked');
    expect(booked?.history.map(({ event, to }) => [event, to])).toEqual([
      ['holdSeat.done', 'room'],
      ['bookRoom.done', 'paying'],
      ['charge.done', 'booked'],
    ]);
  });
});

describe('covering paths', () => {
  const few = coveringPaths(order, orderPaths);
  const taken = (paths: readonly SagaPath[]) =>
    transitionCoverage(
      order,
      paths.map(({ history }) => history),
    ).taken;

  it('take every transition that any path takes', () => {
    expect(taken(few)).toEqual(taken(orderPaths));
  });

  it('are few, and none is there in vain', () => {
    expect(few.length).toBeLessThan(orderPaths.length / 2);
    for (const path of few)
      expect(taken(few.filter((one) => one !== path)).length).toBeLessThan(taken(few).length);
  });

  it('leave out one that takes much, where what it takes is taken by others that are needed', () => {
    const single = new Map<string, HistoryMove>();
    for (const move of orderPaths.flatMap(({ history }) => history)) {
      const [one, ...others] = transitionCoverage(order, [[move]]).taken.map(describeTransition);
      if (one !== undefined && others.length === 0) single.set(one, move);
    }
    const moves = [...single.values()].slice(0, 6);
    const pathOver = (name: string, history: readonly HistoryMove[]): SagaPath => ({
      ...{ name, history, input: {}, steps: [], state: 'any' },
    });
    const middle = pathOver('middle', moves.slice(1, 5));
    const [first, second] = [pathOver('first', moves.slice(0, 3)), pathOver('second', moves.slice(3))];
    expect(coveringPaths(order, [middle, first, second])).toEqual([first, second]);
  });

  it('are the same ones each time', () => {
    expect(coveringPaths(order, orderPaths)).toEqual(few);
  });
});

describe('the tests of paths', () => {
  /** Walks as a test framework would, and gives the names. */
  const walked = async (options: PathOptions) => {
    const tests: [string, () => Promise<void>][] = [];
    const results = pathTests(
      { describe: (_name, body) => body(), it: (name, body) => tests.push([name, body]), expect },
      inMemory,
      travelBooking,
      options,
    );
    for (const [, body] of tests) await body();
    return { names: tests.map(([name]) => name), coverage: results.coverage() };
  };

  it('walk each path in the ways that are chosen for it', async () => {
    const paths = pathsOf(travelBooking).slice(0, 2);
    const { names } = await walked({ paths, variants: (_path, index) => [index === 0 ? 'once' : 'late'] });
    expect(names).toEqual([`${paths[0]?.name}, once`, `${paths[1]?.name}, late`]);
  });

  it('tell what they have left out from what no path leads over', async () => {
    const isShort = ({ steps }: SagaPath) => steps.length < 2;
    const short = pathsOf(travelBooking).filter(isShort);
    const { coverage: chosen } = await walked({ only: isShort, variants: ['once'] });
    expect(chosen.missed.length).toBeGreaterThan(0);
    expect(chosen.pathless).toEqual([]);
    const { coverage: given } = await walked({ paths: short, variants: ['once'] });
    expect(given.pathless).toEqual(chosen.missed);
    expect(renderCoverage(given)).toMatch(/transitions taken\nwith these samples no path leads over\n {2}\w/);
    expect(renderCoverage(chosen)).toMatch(/transitions taken; not taken:\n {2}\w/);
  });

  it('let every walk be a saga with that id to the adapters', async () => {
    const keys: string[] = [];
    const holdSeat = ({ idempotencyKey }: { idempotencyKey: string }) => keys.push(idempotencyKey);
    await walked({ only: ({ steps }) => steps.length === 0, sagaId: 'mine', adapters: { holdSeat } });
    expect(new Set(keys)).toEqual(new Set(['mine:holdSeat:1']));
  });
});

describe('transition coverage', () => {
  it('tells which transitions no test took', () => {
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

  const over = (saga: AnySaga) =>
    transitionCoverage(
      saga,
      pathsOf(saga).map(({ history }) => history),
    );

  it('knows the end of parallel states, which no event of its own tells of', () => {
    const [signing] = SOUND_WAITS;
    if (!signing) throw new Error('the corpus is empty');
    const { taken } = over(signing);
    expect(taken.map(({ on }) => on)).toContain('both finished');
  });

  it('knows a step that was spawned by the first word of its id', () => {
    const { taken } = transitionCoverage(
      order,
      orderPaths.map(({ history }) => history),
    );
    expect(taken.map(({ on }) => on)).toContain('verify done');
  });

  it('takes what goes on at once for taken only where it led', () => {
    const asked = orderPaths.filter(({ name }) =>
      name.startsWith('PAYMENT_PENDING.askingGateway -> FAILED.compensating on lookupPayment'),
    );
    const { taken } = transitionCoverage(
      order,
      asked.map(({ history }) => history),
    );
    const atOnce = taken.filter(
      ({ on, from }) => on === 'at once' && from === 'PAYMENT_PENDING.askingGateway',
    );
    expect(new Set(atOnce.map(({ to }) => to))).toEqual(new Set(['FAILED']));
  });

  it('of the order lifecycle names what an order with one coupon can not show', () => {
    const { missed } = transitionCoverage(
      order,
      orderPaths.map(({ history }) => history),
    );
    expect(missed.map(describeTransition)).toEqual([
      'CREATED.validatingCoupon on validateCoupon failed if mayGoOnWithout -> CREATED.validatingCoupon',
      'CREATED.applyingCoupon on applyCoupon done if hasAnotherCoupon -> CREATED.validatingCoupon',
      'CREATED.givingCouponBack on cancelCoupon done if hasAnotherCoupon -> CREATED.validatingCoupon',
    ]);
  });
});
