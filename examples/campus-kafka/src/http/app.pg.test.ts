import { createEmptyDatabase, type TestDatabase } from '@countermand/dev-postgres';
import { createRunner, type PostgresRunner } from '@countermand/runner-postgres';
import { kafkaSteps } from '@countermand/step-kafka';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { kafkaAdapters } from '../kafka/adapters.ts';
import { connectKafka } from '../kafka/connect.ts';
import { acceptanceSaga } from '../sagas/acceptance-saga.ts';
import { createOrderSaga } from '../sagas/create-order-saga.ts';
import { readSettings } from '../settings.ts';
import { orderOf } from '../testing/ask-campus.ts';
import { createApp } from './app.ts';

const silent = pino({ level: 'silent' });
/** Takes orders, and moves none of them. */
function runnerAt(connection: string): PostgresRunner {
  const kafka = kafkaSteps({ client: connectKafka('127.0.0.1:9', 'nobody') });
  return createRunner({
    ...{ connection, sagas: [createOrderSaga, acceptanceSaga], logger: silent },
    adapters: kafkaAdapters(kafka, readSettings({})),
  });
}

let database: TestDatabase;
let runner: PostgresRunner;
beforeAll(async () => {
  database = await createEmptyDatabase();
  runner = runnerAt(database.url);
  await runner.migrate();
});
afterAll(async () => {
  await runner?.stop();
  await database?.drop();
});

it('a database that is away is no missing saga: 500, and the reason is in the log', async () => {
  const away = runnerAt('postgres://127.0.0.1:9/away');
  onTestFinished(() => away.stop());
  const told: string[] = [];
  const log = pino({}, { write: (line) => void told.push(line) });
  const app = createApp(away, readSettings({}), log);
  expect((await app.request(`/api/sagas/${crypto.randomUUID()}`)).status).toBe(500);
  expect(told.join()).toContain('ECONNREFUSED');
});

it('an id that no saga can have is that of no saga', async () => {
  const app = createApp(runner, readSettings({}), silent);
  expect((await app.request('/api/sagas/%00')).status).toBe(404);
});

it('a click that is repeated after the acceptance time was changed is the same order', async () => {
  const click = async (ACCEPTANCE_TIME: string, customer = 'cust_1') => {
    const app = createApp(runner, readSettings({ ACCEPTANCE_TIME }), silent);
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'click-1' };
    const body = JSON.stringify(orderOf(customer));
    const response = await app.request('/api/orders', { method: 'POST', headers, body });
    return z.object({ saga_id: z.uuid() }).parse(await response.json()).saga_id;
  };
  const first = await click('30m');
  expect(await click('20m')).toBe(first);
  expect(await click('20m', 'cust_2')).not.toBe(first);
  expect(await runner.get(first)).toMatchObject({ context: { acceptanceMs: 30 * 60_000 } });
});
