import { createTestRunner } from '@countermand/saga-core/testing';
import { expect, it } from 'vitest';
import { seatAdapters } from './seat-adapters.ts';
import { seat1, seat2 } from './seat-versions.ts';

const adapters = seatAdapters;

it('a seat that waits for its payment moves to the second version, with all that it holds', async () => {
  const runner = createTestRunner({ sagas: [seat1, seat2], adapters });
  const { id } = await runner.start(seat1, { seat: '1A' });
  await runner.send(id, { type: 'NOTE', text: 'by the window' });
  await runner.settle();
  expect(await runner.upgrade(id, { actor: 'ops', to: 2 })).toEqual({ outcome: 'upgraded' });
  expect(await runner.get(id)).toMatchObject({
    version: 2,
    state: { WAITING: 'forPayment' },
    context: { seat: '1A', reminders: 0 },
    openObligations: [{ id: 'seat.kept:1A' }],
    timers: [{ dueAt: 3_000 }],
  });
  await runner.advance(3_000);
  expect(await runner.get(id)).toMatchObject({ state: 'FAILED', openObligations: [] });
});

it('a step that is in flight keeps its key', async () => {
  const runner = createTestRunner({ sagas: [seat1, seat2], adapters });
  const { id } = await runner.start(seat1, { seat: '1A' }, { id: 's-1' });
  expect(await runner.upgrade(id, { actor: 'ops', to: 2 })).toEqual({ outcome: 'upgraded' });
  await runner.settle();
  expect(runner.calls().map(({ step, idempotencyKey }) => `${step} ${idempotencyKey}`)).toEqual([
    'holdSeat s-1:reserve:1',
  ]);
});
