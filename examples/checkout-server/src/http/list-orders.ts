import type { ListOptions, PostgresRunner } from '@countermand/runner-postgres';
import { SagaError, type SagaView } from '@countermand/saga-core';
import type { z } from '@hono/zod-openapi';
import { findOrders } from '../db/orders.ts';
import { orderJson } from '../views/order-json.ts';
import type { Principal } from './principal.ts';
import { Problem } from './problem.ts';
import type { orderSchema } from './schemas.ts';
import type { Services } from './services.ts';

/** Which page is wanted. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of orders, newest first: one query for their sagas, one for their rows. */
export async function listOrders(
  { db, runner }: Pick<Services, 'db' | 'runner'>,
  page: PageRequest,
  principal: Principal,
): Promise<{ items: z.input<typeof orderSchema>[]; next_cursor: string | null }> {
  const own = principal.role === 'customer' && { attributes: { customerId: principal.customerId } };
  const { items: sagas, next_cursor } = await listSagas(runner, { saga: 'order', ...own }, page);
  const ids = sagas.map(({ id }) => id);
  const rows = new Map((await findOrders(db, ids, principal)).map((order) => [order.id, order]));
  const items = sagas.flatMap((saga) => {
    const order = rows.get(saga.id);
    return order ? orderJson(order, saga) : [];
  });
  return { items, next_cursor };
}

/** A page of sagas. @throws Problem `CURSOR_INVALID` */
export async function listSagas(
  runner: PostgresRunner,
  filter: ListOptions,
  { limit, cursor }: PageRequest,
): Promise<{ items: readonly SagaView[]; next_cursor: string | null }> {
  try {
    const page = await runner.list({ ...filter, limit, ...(cursor !== undefined && { cursor }) });
    return { items: page.items, next_cursor: page.cursor ?? null };
  } catch (error) {
    if (!(error instanceof SagaError) || error.code !== 'SETTING_INVALID' || cursor === undefined)
      throw error;
    throw new Problem('CURSOR_INVALID', 'The cursor is none of this list; begin without one.');
  }
}
