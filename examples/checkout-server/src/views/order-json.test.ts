import type { HistoryEntry, SagaView } from '@countermand/saga-core';
import { describe, expect, it } from 'vitest';
import { entriesUpTo, orderChanges } from './order-changes.ts';
import { historyJson, timerName } from './order-json.ts';
import { filterOf, SAGA_STATUSES, sagaStatusOf } from './saga-status.ts';

const entry = (more: Partial<HistoryEntry>): HistoryEntry => ({
  seq: 7,
  at: Date.parse('2026-03-01T12:00:00Z'),
  event: 'PAY',
  outcome: 'applied',
  from: { RESERVED: 'waiting' },
  to: { PAYMENT_PENDING: 'authorizing' },
  actor: 'customer:alice',
  ...more,
});

describe('a line of the history', () => {
  it('names statuses, not what lies inside them, and nothing of its cause', () => {
    const cause = { type: 'start' as const, input: { secret: true } };
    expect(historyJson(entry({ cause }))).toEqual({
      seq: 7,
      at: '2026-03-01T12:00:00.000Z',
      event: 'PAY',
      outcome: 'applied',
      from: 'RESERVED',
      to: 'PAYMENT_PENDING',
      actor: 'customer:alice',
    });
  });

  it('gives the reason that a person gave, in their words', () => {
    const event = { type: 'OVERRIDE', to: 'CANCELLED', reason: 'the customer called', force: false };
    const cause = { type: 'event' as const, messageId: 'm1', event, actor: 'admin', accepted: false };
    expect(historyJson(entry({ event: 'OVERRIDE', cause }))).toMatchObject({ reason: 'the customer called' });
    const skip = { type: 'skip' as const, key: 'capture.p1:1', reason: 'settled by hand', actor: 'admin' };
    expect(historyJson(entry({ event: 'skip', cause: skip }))).toMatchObject({ reason: 'settled by hand' });
  });

  it('gives the code of a reason, not its text', () => {
    const parked = entry({ outcome: 'deferred', reason: 'PARKED: password=hunter2 failed', from: null });
    expect(historyJson(parked)).toMatchObject({ reason: 'PARKED', from: null });
  });
});

it('a timer is called by its name, whatever state armed it', () => {
  expect(timerName('xstate.after.RESERVATION_TTL.order.RESERVED')).toBe('RESERVATION_TTL');
  expect(timerName('reminder')).toBe('reminder');
});

describe('the status of a saga', () => {
  it.each([
    ['parked', { CANCELLED: 'compensating' }, 'PARKED'],
    ['compensating', { FAILED: 'compensating' }, 'COMPENSATING'],
    ['rest', 'IN_TRANSIT', 'COMPLETED'],
    ['rest', { FAILED: 'settled' }, 'FAILED'],
    ['rest', { CANCELLED: 'settled' }, 'CANCELLED'],
    ['running', { RESERVED: 'waiting' }, 'STARTED'],
  ] as const)('%s in %j is %s', (status, state, name) => {
    expect(sagaStatusOf({ status, state })).toBe(name);
  });

  it('can be looked for, each of them', () => {
    expect(SAGA_STATUSES.map(filterOf)).toEqual([
      { status: 'parked' },
      { status: 'compensating' },
      { status: 'rest', state: 'IN_TRANSIT' },
      { status: 'rest', state: 'FAILED' },
      { status: 'rest', state: 'CANCELLED' },
      { status: 'running' },
    ]);
  });
});

describe('what a watcher is told', () => {
  const at = '2026-03-01T12:00:00.000Z';
  // Only these are looked at.
  const saga = (state: SagaView['state'], status: SagaView['status']) =>
    ({ state, status, updatedAt: Date.parse(at) }) as SagaView;

  it('is at first where the order stands', () => {
    expect(orderChanges(undefined, [], saga({ PAID: 'checkingFraud' }, 'running'))).toEqual([
      { status: 'PAID', saga_status: 'STARTED', at },
    ]);
  });

  it('is then every status on the way, each once, and at last how it ended', () => {
    const last = { status: 'PAID', saga_status: 'STARTED', at } as const;
    const entries = [
      entry({ to: { PAID: 'checkingAddress' } }),
      entry({ to: { CONFIRMED: 'invoicing' } }),
      entry({ to: { CONFIRMED: 'awaitingPacking' } }),
      entry({ to: { CANCELLED: 'compensating' } }),
    ];
    expect(orderChanges(last, entries, saga({ CANCELLED: 'compensating' }, 'compensating'))).toEqual([
      { status: 'CONFIRMED', saga_status: 'STARTED', at },
      { status: 'CANCELLED', saga_status: 'COMPENSATING', at },
    ]);
  });

  it('is nothing where neither status has changed', () => {
    const last = { status: 'CONFIRMED', saga_status: 'STARTED', at } as const;
    const entries = [entry({ to: { CONFIRMED: 'awaitingPacking' } })];
    expect(orderChanges(last, entries, saga({ CONFIRMED: 'awaitingPacking' }, 'running'))).toEqual([]);
  });

  it('is never further than the saga was when it was read, and no status is told again', () => {
    const shipped = saga({ SHIPPED: 'awaitingScan' }, 'running');
    const entries = [
      entry({ to: { CONFIRMED: 'awaitingPacking' } }),
      entry({ to: shipped.state }),
      entry({ to: 'IN_TRANSIT' }),
    ];
    expect(entriesUpTo(shipped, entries)).toEqual(entries.slice(0, 2));
    expect(entriesUpTo(saga('IN_TRANSIT', 'rest'), entries)).toEqual(entries);
    // Read before any of these: they are told with what is read next.
    expect(entriesUpTo(saga({ PAID: 'checkingFraud' }, 'running'), entries)).toEqual([]);
    // Where it rests by other ways than a line of its history, nothing of that is left untold.
    expect(entriesUpTo(saga('FAILED', 'rest'), entries)).toEqual(entries);
  });
});
