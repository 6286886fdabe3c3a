import { describe, expect, test } from 'vitest';
import { createOrderSaga } from '../order/order-saga.js';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { describeEvents, type EventInState } from './event-table.js';

const order = createOrderSaga();

describe('the event table', () => {
  test('of the order lifecycle leaves no pair of state and event open', () => {
    const pairs = describeEvents(order);
    expect(
      pairs.filter(({ becomes, otherwise }) => becomes === 'undeclared' || otherwise === 'undeclared'),
    ).toEqual([]);
    expect(new Set(pairs.map(({ becomes }) => becomes))).toEqual(
      new Set(['handled', 'ignored', 'deferred', 'refused']),
    );
  });

  test('names the pair that the check finds undeclared', () => {
    const broken = BROKEN.find(({ saga }) => saga.name === 'has-not-thought-of-it');
    const open = describeEvents(broken?.saga ?? order).filter(({ becomes }) => becomes === 'undeclared');
    expect(open).toMatchObject([{ state: 'B', event: 'CANCEL' }]);
  });

  test('tells a guarded event from one that is always taken', () => {
    const late = describeEvents(order).filter(({ event }) => event === 'PAYMENT_SUCCEEDED');
    expect(late).toContainEqual({
      state: 'FAILED.compensating',
      event: 'PAYMENT_SUCCEEDED',
      becomes: 'handled',
      otherwise: 'deferred',
      guards: ['isOurs'],
      to: [],
    });
    expect(late.find(({ state }) => state === 'FAILED.settled')).toMatchObject({
      becomes: 'handled',
      to: ['FAILED.compensating', 'FAILED.askingGateway'],
    });
  });

  // `vitest -u` writes the page anew.
  test('of the order lifecycle is in the documents', async () => {
    await expect(page(describeEvents(order))).toMatchFileSnapshot('../../../../docs/check/order-events.md');
  });
});

function page(pairs: readonly EventInState[]): string {
  const events = Object.keys(order.events);
  const states = [...new Set(pairs.map(({ state }) => state))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (state: string, event: string) => {
    const pair = pairs.find((one) => one.state === state && one.event === event);
    return pair ? textOf(pair) : '';
  };
  return [
    '# The order lifecycle: every event in every state',
    '',
    'Events come again, late and before their time, so each state says what becomes of each of them: it is handled,',
    'deferred (kept for a later state), ignored on purpose, or refused. `?` stands for a guard.',
    '',
    row(['State', ...events]),
    row(['---', ...events.map(() => '---')]),
    ...states.map((state) => row([`\`${state}\``, ...events.map((event) => cell(state, event))])),
    '',
  ].join('\n');
}

function textOf({ becomes, otherwise }: EventInState): string {
  return otherwise === undefined ? becomes : `${becomes}?, else ${otherwise}`;
}
