import { eventually } from '@countermand/test-kit';
import { TestClock } from 'pg-boss';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from './ports/clock.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';
import { SWEEP_SOONEST_MS } from './timing.js';

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

it('timers fire, and steps are carried out, after the time of day of the machine was put back by two hours', async () => {
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 7_200_000 });
  onTestFinished(() => void vi.useRealTimers());
  await testPool(url).query(`update countermand.outbox set due_at = now() where kind = 'timer'`);
  const view = await runner.waitFor(id, ({ settled }) => settled);
  expect(view).toMatchObject({ status: 'rest', openObligations: [] });
});

/** `TIMERS`: how many are due in one second; a hundred thousand are a command of their own. */
const COUNT = Number(process.env['TIMERS'] ?? 1_200);

it(
  'many timers that are due at once all fire, once',
  async () => {
    const clock = new TestClock();
    const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters, clock });
    await runner.work();
    const ids = Array.from({ length: COUNT }, (_, index) => `timed-${index}`);
    const startedAt = performance.now();
    const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
    const tell = (what: string, since: number) => {
      if (process.env['TIMERS']) process.stdout.write(`${COUNT} ${what} in ${seconds(since)}\n`);
    };
    // Fewer at once than a process lets wait.
    for (let from = 0; from < COUNT; from += 5_000)
      await Promise.all(
        ids.slice(from, from + 5_000).map((id) => runner.start(trip, { seat: id, amount: 1 }, { id })),
      );
    const pool = testPool(url);
    const count = async (sql: string) =>
      Number((await pool.query(`select count(*) from countermand.${sql}`)).rows[0].count);
    const patience = { timeoutMs: Math.max(20_000, COUNT * 10), intervalMs: 20 };
    await eventually(
      async () => expect(await count(`saga where state = '"RESERVED"'`)).toBe(COUNT),
      patience,
    );
    tell('sagas began, each with its timer,', startedAt);
    const dueAt = performance.now();
    await clock.tick(62_000);
    await eventually(async () => {
      // One sweep takes some of them, and none comes while the clock stands still.
      await clock.tick(SWEEP_SOONEST_MS);
      expect(await count(`saga where settled`)).toBe(COUNT);
    }, patience);
    expect(await count(`history where event = 'timer.TTL'`)).toBe(COUNT);
    tell('timers fired, and what their sagas held was undone,', dueAt);
  },
  Math.max(60_000, COUNT * 20),
);

it('a clock that is moved back while a timer is armed delays it, and one that is moved on brings it nearer', async () => {
  const clock = new TestClock('2030-01-01T00:00:00Z');
  const { adapters } = tripAdapters();
  const runner = openRunner({ connection: url, sagas: [trip], adapters, clock });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await eventually(async () => expect(await runner.get(id)).toMatchObject({ state: 'RESERVED' }));
  await clock.setTime('2029-12-31T23:00:00Z');
  await clock.tick(90_000);
  expect(await runner.get(id)).toMatchObject({
    state: 'RESERVED',
    timers: [{ dueAt: Date.UTC(2030, 0, 1, 0, 1) }],
  });
  await clock.setTime('2030-01-01T00:00:59Z');
  await clock.tick(500);
  expect(await runner.get(id)).toMatchObject({ state: 'RESERVED' });
  await clock.setTime('2030-01-01T12:00:00Z');
  await clock.tick(2_000);
  await eventually(async () => expect(await runner.get(id)).toMatchObject({ settled: true }));
  expect((await runner.history(id)).filter(({ event }) => event === 'timer.TTL')).toHaveLength(1);
});

it.each([
  { what: 'two hours fast', offMs: 7_200_000 },
  { what: 'two hours slow', offMs: -7_200_000 },
])(
  'a worker whose own clock is $what fires no timer early or late, and keeps its leases',
  async ({ offMs }) => {
    const clock: Clock = { ...systemClock, now: () => Date.now() + offMs };
    const { adapters, calls } = tripAdapters();
    const runner = openRunner({ connection: url, sagas: [trip], adapters, clock });
    await runner.work();
    const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
    const { timers } = await runner.waitFor(id, ({ state }) => state === 'RESERVED');
    const pool = testPool(url);
    const { rows } = await pool.query(`select countermand.ms(now()) as now`);
    const leftMs = (timers[0]?.dueAt ?? 0) - rows[0].now;
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    await pool.query(`update countermand.outbox set due_at = now() where kind = 'timer'`);
    await runner.waitFor(id, ({ settled }) => settled);
    expect(calls.map(({ step, attempt }) => `${step} ${attempt}`)).toEqual([
      'reserveSeat 1',
      'releaseSeat 1',
    ]);
  },
);
