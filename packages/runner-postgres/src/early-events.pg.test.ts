import { eventually } from '@countermand/test-kit';
import { TestClock } from 'pg-boss';
import { beforeEach, expect, it } from 'vitest';
import type { PostgresRunner } from './postgres-runner.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const hook = { type: 'WEBHOOK', payment: 'p-1' } as const;
const input = { seat: 'A', amount: 1 };

it('an event that may wait is kept until its saga starts, and given to it', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const kept = await runner.send('soon', hook, { messageId: 'w-1' });
  expect(kept).toEqual({ outcome: 'deferred', reason: 'SAGA_NOT_STARTED', duplicate: false });
  expect(await runner.send('soon', hook, { messageId: 'w-1' })).toMatchObject({
    outcome: 'deferred',
    duplicate: true,
  });
  await runner.start(trip, input, { id: 'soon' });
  const history = await runner.history('soon');
  expect(history).toMatchObject([{ event: 'start' }, { event: 'WEBHOOK', outcome: 'deferred' }]);
  expect(await runner.send('soon', hook, { messageId: 'w-1' })).toMatchObject({
    outcome: 'deferred',
    duplicate: true,
  });
  expect(await runner.history('soon')).toHaveLength(2);
});

it('an event that may not wait needs a saga, and a bad one is refused', async () => {
  const runner: PostgresRunner = openRunner({ connection: url, sagas: [trip] });
  await expect(runner.send('none', { type: 'PAY' })).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
  await expect(runner.send('none', { type: 'WEBHOOK', payment: 7 })).rejects.toMatchObject({
    code: 'EVENT_INVALID',
  });
});

it('one that waits too long is recorded as expired, and not given to a saga that starts later', async () => {
  const clock = new TestClock();
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters, clock });
  await runner.work();
  await runner.send('late', hook, { messageId: 'w-1' });
  await clock.tick(95_000);
  const { rows } = await testPool(url).query('select status, reason, event from countermand.inbox');
  expect(rows).toEqual([{ status: 'ignored', reason: 'EXPIRED', event: null }]);
  await runner.start(trip, input, { id: 'late' });
  expect((await runner.history('late')).map(({ event }) => event)).not.toContain('WEBHOOK');
});

it('a start and an early event at the same instant never miss each other', async () => {
  const runners = [1, 2].map(() =>
    openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters }),
  );
  const [starter, sender] = runners;
  if (!starter || !sender) throw new Error('two runners are needed');
  await starter.work();
  const ids = Array.from({ length: 40 }, (_, index) => `race-${index}`);
  await Promise.all(ids.flatMap((id) => [starter.start(trip, input, { id }), sender.send(id, hook)]));
  for (const id of ids) {
    await starter.send(id, { type: 'NOTE', text: 'x' });
    await starter.waitFor(id, ({ state }) => state === 'RESERVED');
    await eventually(async () => {
      expect((await starter.history(id)).map(({ event }) => event)).toContain('WEBHOOK');
    });
  }
});

it('messages of which nobody here can say anything hold up none of those behind them', async () => {
  const pool = testPool(url);
  const runner = openRunner({ connection: url, sagas: [trip], adapters: tripAdapters().adapters });
  await runner.work();
  const { id } = await runner.start(trip, input);
  await runner.waitFor(id, ({ state }) => state === 'RESERVED');
  // Left by a program that is gone, for sagas that never began.
  await pool.query(
    `insert into countermand.inbox (saga_id, message_id, status, event, actor, nonce, received_at)
     select 'never-' || n, 'm', 'pending', '{"type": "GONE"}', 'system', gen_random_uuid(), now() - interval '1 day'
     from generate_series(1, 5000) n`,
  );
  const client = await pool.connect();
  await client.query('begin');
  await runner.send(id, { type: 'PAY' }, { tx: client });
  await client.query('commit');
  client.release();
  const view = await runner.waitFor(id, ({ state }) => state === 'BOOKED');
  expect(view).toMatchObject({ status: 'rest' });
});
