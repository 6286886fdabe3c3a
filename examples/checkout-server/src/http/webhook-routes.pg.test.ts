import { createEmptyDatabase } from '@countermand/dev-postgres';
import { DEMO_WEBHOOK_SECRET } from '@countermand-examples/participants/contract';
import { OpenAPIHono } from '@hono/zod-openapi';
import { TestClock } from 'pg-boss';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { ParticipantsClient } from '../adapters/participants-client.ts';
import { openDatabase } from '../db/open-database.ts';
import { readSettings } from '../settings.ts';
import { buildRunner } from '../start-runner.ts';
import type { AppEnv } from './env.ts';
import { addWebhookRoutes, verifySignature } from './webhook-routes.ts';

const ORDER = 'order-1';
const WEEK_MS = 7 * 86_400_000;

it('a webhook about an order that is not known yet is kept for 7 days, and given to an order that comes by then', async () => {
  const { deliver, pass, place, scans } = await openShop();
  await deliver('msg_1');
  await pass(WEEK_MS - 10_000);
  await place();
  expect(await scans()).toEqual(['deferred']);
});

it('it is not given to an order that comes after 7 days, and its id is known all the same', async () => {
  const { deliver, pass, place, scans } = await openShop();
  await deliver('msg_1');
  await pass(WEEK_MS);
  await place();
  await deliver('msg_1');
  expect(await scans()).toEqual([]);
  await deliver('msg_2');
  expect(await scans()).toEqual(['deferred']);
});

it('the id of a webhook is known for more than 7 days: one that comes again changes nothing', async () => {
  const { deliver, pass, place, scans } = await openShop();
  await place();
  await deliver('msg_1');
  await pass(WEEK_MS - 10_000);
  await deliver('msg_1');
  await pass(20_000);
  await deliver('msg_1');
  expect(await scans()).toEqual(['deferred']);
});

/** The routes of webhooks before a database and a runner whose time a test moves. Nothing answers its steps. */
async function openShop() {
  const database = await createEmptyDatabase();
  onTestFinished(() => database.drop());
  const log = pino({ level: 'silent' });
  const settings = readSettings({});
  const { db, pool } = openDatabase(database.url, log);
  onTestFinished(() => db.destroy());
  const clock = new TestClock('2030-01-01T00:00:00Z');
  const client = new ParticipantsClient('http://127.0.0.1:9');
  const { runner, saga } = buildRunner({ settings, db, pool, client, log, clock });
  onTestFinished(() => runner.stop({ graceMs: 0 }));
  await runner.migrate();
  await runner.work();
  const app = new OpenAPIHono<AppEnv>();
  app.use('/webhooks/*', verifySignature({ settings }));
  addWebhookRoutes(app, { runner, log, development: undefined });

  const deliver = async (id: string) => {
    const body = JSON.stringify({ type: 'carrier.scanned', data: { order_id: ORDER, tracking: 'T-1' } });
    const at = new Date();
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(DEMO_WEBHOOK_SECRET).sign(id, at, body),
    };
    const answer = await app.request('/webhooks/carrier', { method: 'POST', body, headers });
    expect(answer.status).toBe(202);
  };
  /** Time passes, and the worker looks at what has become due. */
  const pass = async (ms: number) => {
    const lastMs = 2_000;
    await clock.setTime(clock.now() + ms - lastMs);
    await clock.tick(lastMs);
  };
  const total = { amount: 2_450, currency: 'EUR' };
  const place = () => {
    const items = [{ sku: 'phone-case', quantity: 1 }];
    const payments = [{ method: 'card', amount: total }];
    return runner.start(saga, { orderId: ORDER, customerId: 'c-1', items, total, payments }, { id: ORDER });
  };
  /** What became of the carrier's webhooks when they came. */
  const scans = async () =>
    (await runner.history(ORDER))
      .filter(({ event, cause }) => event === 'CARRIER_SCANNED' && cause !== undefined)
      .map(({ outcome }) => outcome);
  return { deliver, pass, place, scans };
}
