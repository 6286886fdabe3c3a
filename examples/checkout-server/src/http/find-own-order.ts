import type { SagaView } from '@countermand/saga-core';
import { findOrder, type StoredOrder } from '../db/orders.ts';
import { getSaga } from '../orders/command-order.ts';
import { ORDER_ID } from '../orders/order-id.ts';
import type { Principal } from './principal.ts';
import { Problem } from './problem.ts';
import type { Services } from './services.ts';

/** An order that the principal may see. @throws Problem `NOT_FOUND`, for somebody else's as for none */
export async function findOwnOrder(
  { db }: Pick<Services, 'db'>,
  id: string,
  principal: Principal,
  asked: 'order' | 'saga' = 'order',
): Promise<StoredOrder> {
  const order = ORDER_ID.test(id) ? await findOrder(db, id, principal) : undefined;
  if (!order) throw new Problem('NOT_FOUND', `There is no such ${asked}.`);
  return order;
}

/** The saga of an order that the principal may see. @throws Problem `NOT_FOUND` */
export async function findOwnSaga(
  services: Pick<Services, 'db' | 'runner'>,
  id: string,
  principal: Principal,
  asked: 'order' | 'saga' = 'order',
): Promise<{ readonly order: StoredOrder; readonly saga: SagaView }> {
  const order = await findOwnOrder(services, id, principal, asked);
  return { order, saga: await getSaga(services.runner, id) };
}
