import { type Clock, createRunner, type PostgresRunner, type Telemetry } from '@countermand/runner-postgres';
import type { AdaptersFor } from '@countermand/saga-core';
import { createOrderSaga, type OrderSaga } from '@countermand/saga-core/order';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Logger } from 'pino';
import { orderAdapters } from './adapters/order-adapters.ts';
import type { ParticipantsClient } from './adapters/participants-client.ts';
import { closeOrder, findAddress } from './db/orders.ts';
import { findToken } from './db/payment-tokens.ts';
import type { CheckoutTables } from './db/tables.ts';
import { fulfilmentKey } from './fulfilment-key.ts';
import { isProduction, type Settings } from './settings.ts';

/** Where the runner keeps its tables. */
export const RUNNER_SCHEMA = 'countermand';

const ATTEMPT_TIMEOUT_MS = 8_000;
const ENDS = ['ORDER_IN_TRANSIT', 'ORDER_FAILED', 'ORDER_CANCELLED'];

/** What the runner is made of. */
export interface RunnerParts {
  readonly settings: Settings;
  readonly pool: pg.Pool;
  readonly db: Kysely<CheckoutTables>;
  readonly client: ParticipantsClient;
  readonly log: Logger;
  /** Traces and metrics. */
  readonly telemetry?: Telemetry;
  /** For tests. */
  readonly clock?: Clock;
  /** Stands between the runner and the adapters. */
  readonly around?: (adapters: AdaptersFor<OrderSaga>) => AdaptersFor<OrderSaga>;
}

/** The order saga with this server's times, and the runner that runs it. Neither is at work yet. */
export function buildRunner({ settings, pool, db, client, log, telemetry, clock, around }: RunnerParts): {
  readonly runner: PostgresRunner;
  readonly saga: OrderSaga;
} {
  // No attempt may take longer than the payment as a whole.
  const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, settings.PAYMENT_TIMEOUT);
  const saga = createOrderSaga({
    reservationTtlMs: settings.RESERVATION_TTL,
    paymentTimeoutMs: settings.PAYMENT_TIMEOUT,
    steps: { authorize: { timeoutMs }, capture: { timeoutMs } },
  });
  const order = orderAdapters({
    client,
    findAddress: (id) => findAddress(db, id),
    findToken: (id, payment) => findToken(db, id, payment),
    allowMockTokens: !isProduction(settings),
  });
  const runner = createRunner({
    pool,
    schema: RUNNER_SCHEMA,
    sagas: [saga],
    adapters: { order: around?.(order) ?? order },
    logger: log.child({ component: 'runner' }),
    ...(telemetry && { telemetry }),
    ...(clock && { clock }),
  });
  return { runner, saga };
}

/**
 * What follows from the order's own events. A process that doesn't work subscribes as well: from then on events are
 * kept for those that do.
 */
export async function subscribe({
  runner,
  client,
  db,
}: Pick<RunnerParts, 'client' | 'db'> & { readonly runner: PostgresRunner }): Promise<void> {
  await runner.on('ORDER_CONFIRMED', { name: 'start-fulfilment' }, async ({ sagaId, trace }, { signal }) => {
    const body = { order_id: sagaId };
    const idempotencyKey = fulfilmentKey(sagaId);
    await client.send({ path: '/fulfilment/orders', body, idempotencyKey, signal, trace });
  });
  for (const end of ENDS) {
    await runner.on(end, { name: 'close-order' }, ({ sagaId }) => closeOrder(db, sagaId));
  }
}
