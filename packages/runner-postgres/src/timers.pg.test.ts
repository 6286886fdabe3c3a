import { eventually } from '@countermand/test-kit';
import { TestClock } from 'pg-boss';
import { beforeEach, expect, it } from 'vitest';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

it('a timer fires at its time by the clock of the database, and compensates', async () => {
  const clock = new TestClock('2030-01-01T00:00:00Z');
  const { adapters } = tripAdapters();
  const runner = openRunner({ connection: url, sagas: [trip], adapters, clock });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  const reserved = await eventually(async () => {
    const view = await runner.get(id);
    expect(view?.state).toBe('RESERVED');
    return view;
  });
  expect(reserved?.timers).toMatchObject([{ dueAt: Date.UTC(2030, 0, 1, 0, 1, 0) }]);

  await clock.tick(59_000);
  expect(await runner.get(id)).toMatchObject({ state: 'RESERVED' });
  await clock.tick(2_000);
  await eventually(async () => {
    expect(await runner.get(id)).toMatchObject({ status: 'rest', openObligations: [] });
  });
  const history = await runner.history(id);
  const fired = history.find(({ event }) => event === 'timer.TTL');
  expect(fired).toMatchObject({ outcome: 'applied' });
  expect(fired?.at).toBeGreaterThanOrEqual(Date.UTC(2030, 0, 1, 0, 1, 0));
});

it('a timer that was cancelled never fires', async () => {
  const clock = new TestClock();
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters, clock });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await eventually(async () => expect(await runner.get(id)).toMatchObject({ state: 'RESERVED' }));
  await runner.send(id, { type: 'PAY' });
  await eventually(async () => expect(await runner.get(id)).toMatchObject({ state: 'BOOKED' }));
  await clock.tick(120_000);
  const history = await runner.history(id);
  expect(history.map(({ event }) => event)).not.toContain('timer.TTL');
  const { rows } = await testPool(url).query(`select status from countermand.outbox where kind = 'timer'`);
  expect(rows).toEqual([{ status: 'cancelled' }]);
});

it('many timers that are due at once all fire, once', async () => {
  const clock = new TestClock();
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters, clock });
  await runner.work();
  const ids = Array.from({ length: 1_200 }, (_, index) => `timed-${index}`);
  await Promise.all(ids.map((id) => runner.start(trip, { seat: id, amount: 1 }, { id })));
  const pool = testPool(url);
  const count = async (sql: string) =>
    Number((await pool.query(`select count(*) from countermand.${sql}`)).rows[0].count);
  await eventually(async () => expect(await count(`saga where state = '"RESERVED"'`)).toBe(1_200));
  await clock.tick(62_000);
  await eventually(async () => expect(await count(`saga where settled`)).toBe(1_200));
  expect(await count(`history where event = 'timer.TTL'`)).toBe(1_200);
});
