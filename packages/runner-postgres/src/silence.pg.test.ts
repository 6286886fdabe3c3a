import { describe, expect, it, onTestFinished } from 'vitest';
import { Database } from './db/database.js';
import { failureKind } from './db/failure-kind.js';
import { openPool } from './db/open-pool.js';
import { schemaNames } from './db/schema-name.js';
import { freshDatabase } from './test-support/migrated-database.js';
import { gate, openRunner } from './test-support/open-runner.js';
import { silentProxy } from './test-support/silent-proxy.js';
import { trip, tripAdapters } from './test-support/trip-saga.js';

describe('a connection on which nothing arrives any more', () => {
  async function database() {
    const { url } = await freshDatabase();
    const proxy = await silentProxy(url);
    const pool = openPool(proxy.url, 2);
    const own = new Database(pool, schemaNames('countermand'), () => undefined, undefined, { answerMs: 500 });
    onTestFinished(async () => {
      await own.cut(0);
      await pool.end();
    });
    return { own, proxy };
  }

  it('is given up with its transaction, whose outcome is unknown, and the next has another', async () => {
    const { own, proxy } = await database();
    const failure = await own
      .transaction(async (session) => {
        await session.query('select 1');
        proxy.silence(true);
        return await session.query('select 2', [], { isLast: true });
      })
      .catch((error: unknown) => error);
    expect(failureKind(failure)).toBe('away');
    proxy.silence(false);
    expect(await own.transaction((session) => session.query('select 3 as n'))).toEqual([{ n: 3 }]);
  });

  it('is given up with a single statement, too', async () => {
    const { own, proxy } = await database();
    await own.query('select 1');
    proxy.silence(true);
    expect(failureKind(await own.query('select 2').catch((error: unknown) => error))).toBe('away');
    proxy.silence(false);
    expect(await own.query('select 3 as n')).toEqual([{ n: 3 }]);
  });
});

it('a runner whose database has gone silent ends all the same, within 15 s of its grace time', async () => {
  const { url } = await freshDatabase();
  const proxy = await silentProxy(url);
  const { adapters } = tripAdapters();
  const [begun, held] = [gate(), gate()];
  const reserveSeat = async () => {
    begun.open();
    await held.opened;
    return { reservation: 'r-1' };
  };
  const runner = openRunner({
    connection: proxy.url,
    sagas: [trip],
    adapters: { trip: { ...adapters.trip, reserveSeat } },
  });
  await runner.work();
  const { id } = await runner.start(trip, { seat: 'A', amount: 1 });
  await begun.opened;
  proxy.silence(true);
  const sent = runner.send(id, { type: 'NOTE', text: 'x' }).catch((error: unknown) => error);
  held.open();
  const startedAt = performance.now();
  await runner.stop({ graceMs: 500 });
  expect(performance.now() - startedAt).toBeLessThan(15_500);
  expect(await sent).toBeInstanceOf(Error);
});
