import type { PostgresRunner } from '@countermand/runner-postgres';
import { type OrderSaga, viewOrder } from '@countermand/saga-core/order';
import { type AmqpSteps, amqpSteps } from '@countermand/step-amqp';
import { type DomainEvent, type Routes, starts } from '@countermand/step-messages';
import type { Logger } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { z } from 'zod';
import { INVENTORY_EVENTS, PAYMENT_EVENTS, STREAMS } from './streams.ts';

const money = z.object({ amount: z.int(), currency: z.string() });
/** What `ORDER_CREATED` says in `order-events`: all that begins an order. */
const orderCreated = z.object({
  orderId: z.string(),
  customerId: z.string(),
  items: z.array(z.object({ sku: z.string(), quantity: z.int() })),
  total: money,
  payments: z.array(z.object({ method: z.string(), amount: money })),
});

/** What the streams stand on. */
export interface StreamsParts {
  readonly connection: Connection;
  readonly log: Logger;
}

/** The three streams, as the order service writes the first and reads all. */
export function connectStreams({ connection, log: logger }: StreamsParts) {
  const open = (exchange: string) => amqpSteps({ connection, exchange, logger });
  const orders = open(STREAMS.orders);
  const [inventory, payments] = [open(STREAMS.inventory), open(STREAMS.payments)];
  return {
    /** Writes an event of an order to `order-events`. */
    publish: (runner: PostgresRunner) => (event: DomainEvent) => publishTo(orders, runner, event),
    /**
     * Acts on all three streams: an order that is created in `order-events` is begun, unless it is; the answers of
     * inventory and payments come by theirs. `routes` are those of the answers by their names on `order.events`.
     */
    consume: (runner: PostgresRunner, saga: OrderSaga, routes: Routes) =>
      Promise.all([
        consumeAll(orders, runner, STREAMS.orders, {
          ORDER_CREATED: starts(saga, orderCreated, (order) => order),
        }),
        consumeAll(inventory, runner, STREAMS.inventory, renamed(routes, INVENTORY_EVENTS)),
        consumeAll(payments, runner, STREAMS.payments, renamed(routes, PAYMENT_EVENTS)),
      ]),
    async stop() {
      await Promise.all([orders, inventory, payments].map((steps) => steps.stop()));
    },
  };
}

function consumeAll(steps: AmqpSteps, runner: PostgresRunner, stream: string, routes: Routes) {
  return steps.consume(runner, { queue: `orders.${stream}`, bindings: Object.keys(routes), routes });
}

function renamed(routes: Routes, names: Readonly<Record<string, string>>): Routes {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, inStream]) => {
      const route = routes[name];
      return route ? [[inStream, route]] : [];
    }),
  );
}

/** `ORDER_CREATED` says all of the order, so that whoever reads it could begin it. */
async function publishTo(steps: AmqpSteps, runner: PostgresRunner, event: DomainEvent): Promise<void> {
  const saga = event.type === 'ORDER_CREATED' ? await runner.get(event.sagaId) : undefined;
  if (!saga) return await steps.publish()(event);
  const { customerId, items, total, payments } = viewOrder(saga);
  const order = orderCreated.parse({
    ...{ orderId: event.sagaId, customerId, items, total },
    payments: payments.map(({ method, amount }) => ({ method, amount })),
  });
  await steps.publish({ payload: () => order })(event);
}
