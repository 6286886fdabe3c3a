import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { PostgresRunner } from '@countermand/runner-postgres';
import { type HistoryEntry, SagaError, type SagaView } from '@countermand/saga-core';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { Logger } from 'pino';
import { z } from 'zod';
import { orderRequest, totalOf } from '../order-details.ts';
import { acceptanceIdOf } from '../sagas/acceptance-saga.ts';
import { createOrderSaga } from '../sagas/create-order-saga.ts';
import type { Settings } from '../settings.ts';
import { isStatus, STATUSES, sagaJson, statusOf } from './saga-json.ts';

const MAX_BODY = 64 * 1024;

/** The HTTP interface. */
export function createApp(runner: PostgresRunner, settings: Settings, log: Pick<Logger, 'error'>): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (error instanceof HTTPException)
      return context.json({ success: false, error: error.message }, error.status);
    if (error instanceof SagaError && error.code === 'START_CONFLICT') {
      return context.json({ success: false, error: 'the Idempotency-Key was used for another order' }, 422);
    }
    log.error({ err: error, method: context.req.method, path: context.req.path }, 'request failed');
    return context.json({ success: false, error: 'something went wrong here' }, 500);
  });
  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.post('/api/orders', bodyLimit({ maxSize: MAX_BODY }), async (context) => {
    const body: unknown = await context.req.json().catch(() => {
      throw new HTTPException(400, { message: 'the body is not JSON' });
    });
    const { customer_id: customerId, order_details: details } = parseOrder(body);
    const key = context.req.header('idempotency-key');
    if (key !== undefined && (key === '' || key.length > 255)) {
      throw new HTTPException(400, { message: 'Idempotency-Key: use 1 to 255 characters' });
    }
    const sagaId = key === undefined ? randomUUID() : idOf(customerId, key);
    const input = {
      ...{ customerId, details, total: totalOf(details) },
      acceptanceMs: (await acceptanceMsOf(runner, sagaId)) ?? settings.ACCEPTANCE_TIME,
    };
    const { id } = await runner.start(createOrderSaga, input, {
      ...{ id: sagaId, actor: `customer:${customerId}` },
    });
    return context.json({ success: true, saga_id: id, status: 'STARTED' }, 202);
  });
  app.get('/api/sagas/:saga_id', async (context) => {
    const id = context.req.param('saga_id');
    const saga = await runner.get(id);
    if (!saga) throw new HTTPException(404, { message: 'there is no such saga' });
    const [history, acceptance] = await Promise.all([runner.history(id), runner.get(acceptanceIdOf(id))]);
    return context.json({ ...sagaJson(saga), history, acceptance: await whole(runner, acceptance) });
  });
  app.get('/api/sagas', async (context) => {
    requireAdmin(context.req.header('authorization'), settings);
    const status = context.req.query('status');
    if (status !== undefined && !isStatus(status)) {
      throw new HTTPException(400, { message: `status: use ${STATUSES.join(', ')}` });
    }
    const found = await listAll(runner);
    return context.json(
      found.filter((one) => status === undefined || statusOf(one) === status).map(sagaJson),
    );
  });
  return app;
}

/** The id of the order that a customer's key stands for: the same (RFC 9562 version 8) wherever it is made. */
function idOf(customerId: string, key: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([customerId, key]))
    .digest('hex');
  return [
    ...[hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`],
    ...[`8${hex.slice(17, 20)}`, hex.slice(20, 32)],
  ].join('-');
}

/** An order that is there keeps the time that it was taken with, whatever the setting says by now. */
async function acceptanceMsOf(runner: PostgresRunner, id: string): Promise<number | undefined> {
  const saga = await runner.get(id);
  return saga && z.object({ acceptanceMs: z.int() }).parse(saga.context).acceptanceMs;
}

function parseOrder(body: unknown) {
  const parsed = orderRequest.safeParse(body);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new HTTPException(400, { message: problems.join('; ') });
}

async function whole(
  runner: PostgresRunner,
  saga: SagaView | undefined,
): Promise<(ReturnType<typeof sagaJson> & { history: readonly HistoryEntry[] }) | null> {
  return saga ? { ...sagaJson(saga), history: await runner.history(saga.id) } : null;
}

async function listAll(runner: PostgresRunner): Promise<SagaView[]> {
  const found: SagaView[] = [];
  let cursor: string | undefined;
  do {
    const page = await runner.list({
      saga: 'create-order',
      limit: 200,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < 1_000);
  return found;
}

function requireAdmin(authorization: string | undefined, { ADMIN_TOKEN }: Settings): void {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  if (timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${ADMIN_TOKEN}`))) return;
  throw new HTTPException(401, { message: 'Authorization: Bearer ADMIN_TOKEN is needed' });
}
