import { eventually } from '@countermand/test-kit';
import { beforeEach, expect, it } from 'vitest';
import type { PublishedEvent } from './deliver-event.js';
import { freshDatabase, testPool } from './test-support/migrated-database.js';
import { openRunner } from './test-support/open-runner.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

let url: string;
beforeEach(async () => {
  ({ url } = await freshDatabase());
});

const texts = Array.from({ length: 12 }, (_, index) => `${index}`);

it.each([{ followUp: true }, { followUp: false }])(
  'each subscription gets every event of a saga in order, also when a handler fails, with followUp $followUp',
  async ({ followUp }) => {
    const runner = openRunner({
      connection: url,
      sagas: [trip],
      adapters: tripAdapters().adapters,
      followUp,
    });
    const seen: { first: PublishedEvent[]; second: PublishedEvent[] } = { first: [], second: [] };
    let failures = 0;
    await runner.on('TRIP_NOTED', { name: 'first' }, (event) => seen.first.push(event));
    await runner.on('TRIP_NOTED', { name: 'second' }, (event) => {
      if (event.payload['text'] === '5' && failures < 1) {
        failures += 1;
        throw new Error('not now');
      }
      seen.second.push(event);
    });
    await runner.work();
    const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
    for (const text of texts) await runner.send(id, { type: 'NOTE', text });
    await eventually(() => expect([seen.first.length, seen.second.length]).toEqual([12, 12]));
    for (const events of [seen.first, seen.second]) {
      expect(events.map(({ payload }) => payload['text'])).toEqual(texts);
      expect(events.map(({ sequence }) => sequence)).toEqual(texts.map((_, index) => index + 1));
      expect(events[0]).toEqual({
        id: `${id}:1`,
        sagaId: id,
        saga: 'trip',
        sequence: 1,
        type: 'TRIP_NOTED',
        payload: { text: '0' },
        at: expect.any(Number),
        trace: {},
      });
    }
    expect(failures).toBe(1);
  },
);

it('a stored subscription gets what was published while none of its processes ran', async () => {
  const before = openRunner({ connection: url, sagas: [trip] });
  await before.on('TRIP_NOTED', { name: 'mail' }, () => undefined);
  await before.stop();
  const sender = openRunner({ connection: url, sagas: [trip] });
  const { id } = await sender.start(trip, { seat: 'A', amount: 1 });
  await sender.send(id, { type: 'NOTE', text: 'missed?' });

  const seen: unknown[] = [];
  const after = openRunner({ connection: url, sagas: [] });
  await after.on('TRIP_NOTED', { name: 'mail' }, ({ payload }) => seen.push(payload));
  await after.work();
  await eventually(() => expect(seen).toEqual([{ text: 'missed?' }]));
});

it('an event that nobody subscribes to is kept where it can be seen', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await runner.send(id, { type: 'NOTE', text: 'alone' });
  const { rows } = await testPool(url).query(
    `select key, status, input from countermand.outbox where kind = 'publish'`,
  );
  expect(rows).toEqual([
    { key: 'publish:1', status: 'settled', input: { type: 'TRIP_NOTED', text: 'alone' } },
  ]);
});

it('an event is delivered again after the wait that its handler asks for', async () => {
  const attempts: number[] = [];
  const runner = openRunner({ connection: url, sagas: [trip] });
  await runner.on('TRIP_NOTED', { name: 'shop' }, (_event, { attempt }) => {
    attempts.push(attempt);
    throw Object.assign(new Error('come back later'), { retryInMs: attempts.length < 3 ? 0 : 3_600_000 });
  });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await runner.send(id, { type: 'NOTE', text: 'kept' });
  await eventually(async () => {
    const { rows } = await testPool(url).query(
      `select round(extract(epoch from due_at - now())) as seconds from countermand.outbox
       where kind = 'publish' and status = 'pending' and attempt = 3`,
    );
    expect(Number(rows[0]?.seconds)).toBeGreaterThan(3_500);
  });
  expect(attempts).toEqual([1, 2, 3]);
});

it('a subscription that another process makes is met with a single connection: nothing waits for itself', async () => {
  const sender = openRunner({ pool: testPool(url, 1), sagas: [trip] });
  const { id } = await sender.start(trip, { seat: 'A', amount: 1 });
  const seen: unknown[] = [];
  const subscriber = openRunner({ connection: url, sagas: [] });
  await subscriber.on('TRIP_NOTED', { name: 'later' }, ({ payload }) => seen.push(payload));
  await subscriber.work();
  expect(await sender.send(id, { type: 'NOTE', text: 'one' })).toMatchObject({ outcome: 'applied' });
  await eventually(() => expect(seen).toEqual([{ text: 'one' }]));
});

it('a second handler under the same name is refused: it would take the events from the first', async () => {
  const runner = openRunner({ connection: url, sagas: [trip] });
  const handler = () => undefined;
  await runner.on('TRIP_NOTED', { name: 'mail' }, handler);
  await runner.on('TRIP_BOOKED', { name: 'mail' }, handler);
  await runner.on('TRIP_NOTED', { name: 'mail' }, handler);
  await expect(runner.on('TRIP_NOTED', { name: 'mail' }, () => undefined)).rejects.toMatchObject({
    code: 'SETTING_INVALID',
    message: "'TRIP_NOTED' has another handler as 'mail' here; give this one a name of its own",
  });
});
