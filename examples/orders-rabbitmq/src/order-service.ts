import { createRunner } from '@countermand/runner-postgres';
import {
  createOrderSaga,
  createOrderSteps,
  DEFAULT_ORDER_SETTINGS,
  type OrderEmitted,
} from '@countermand/saga-core/order';
import { amqpSteps } from '@countermand/step-amqp';
import { listen } from '@countermand-examples/service-kit';
import type { Logger } from 'pino';
import type { Connection } from 'rabbitmq-client';
import { openPool } from './db/open-pool.ts';
import { createApp } from './http/app.ts';
import { orderAdapters } from './rabbit/adapters.ts';
import { connectStreams } from './rabbit/consume-streams.ts';
import { BINDINGS, orderRoutes } from './rabbit/routes.ts';
import { EXCHANGE } from './services/participant.ts';
import type { Settings } from './settings.ts';

/** What the order service stands on. */
export interface OrderGround {
  readonly databaseUrl: string;
  readonly connection: Connection;
  readonly inventoryUrl: string;
  readonly paymentsUrl: string;
  readonly log: Logger;
}

/** An order service that runs. */
export interface OrderService {
  readonly url: string;
  /** Resolves when answers are consumed, which needs RabbitMQ. */
  readonly consuming: Promise<unknown>;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Domain events, and the routing keys under which they leave. */
const EVENTS: Readonly<Record<OrderEmitted['type'], string>> = {
  ORDER_CREATED: 'order.created',
  ORDER_RESERVED: 'order.reserved',
  ORDER_PAID: 'order.paid',
  ORDER_CONFIRMED: 'order.confirmed',
  ORDER_SHIPPED: 'order.shipped',
  ORDER_IN_TRANSIT: 'order.in_transit',
  ORDER_FAILED: 'order.reversed',
  ORDER_CANCELLED: 'order.cancelled',
  ORDER_OVERDUE: 'order.overdue',
};

/** While RabbitMQ is away commands are sent again and again, as long as the step may take. */
const patient = { retry: { attempts: 100_000, initialDelayMs: 200, maxDelayMs: 2_000 }, timeoutMs: 10_000 };
const COMMANDS = [
  ...[
    'reserveStock',
    'releaseStock',
    'commitStock',
    'authorize',
    'capture',
    'void',
    'refund',
    'lookupPayment',
  ],
  ...['notifyWarehouse', 'createShipment', 'generateLabel'],
];

/** Starts the order service: the order saga behind RabbitMQ, and its HTTP interface. */
export async function startOrderService(settings: Settings, ground: OrderGround): Promise<OrderService> {
  const { connection, log, databaseUrl } = ground;
  const pool = openPool(databaseUrl, log);
  const rabbit = amqpSteps({ connection, exchange: EXCHANGE, logger: log });
  const streams = settings.STREAMS === 'three' ? connectStreams({ connection, log }) : undefined;
  const orderSettings = {
    ...DEFAULT_ORDER_SETTINGS,
    gatewayAnswerMs: 60_000,
    steps: Object.fromEntries(COMMANDS.map((name) => [name, patient])),
  };
  const saga = createOrderSaga(orderSettings);
  const runner = createRunner({
    pool,
    sagas: [saga],
    adapters: { order: orderAdapters({ rabbit, paymentsUrl: ground.paymentsUrl, log }) },
    logger: log,
  });
  try {
    for (const type of Object.keys(EVENTS) as OrderEmitted['type'][]) {
      const routingKey = EVENTS[type];
      const publish = streams?.publish(runner) ?? rabbit.publish({ routingKey, type: routingKey });
      await runner.on(type, { name: 'order-events' }, publish);
    }
    await runner.work();
    const app = createApp({
      ...{ runner, saga, pool, settings, log, inventoryUrl: ground.inventoryUrl },
      isBrokerThere: () => connection.ready,
    });
    const http = await listen(settings, app.fetch);
    // Orders are taken while RabbitMQ is away, too: their commands wait.
    const routes = orderRoutes(createOrderSteps(orderSettings));
    const consuming = Promise.all([
      rabbit.consume(runner, { queue: 'orders', bindings: BINDINGS, routes }),
      streams?.consume(runner, saga, routes),
    ]);
    consuming.catch(() => undefined);
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await http.close();
      await Promise.all([rabbit.stop(), streams?.stop()]);
      await runner.stop();
      await pool.end();
    };
    return {
      url: http.url,
      consuming,
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await Promise.all([rabbit.stop(), streams?.stop()]);
    await runner.stop();
    await pool.end();
    throw error;
  }
}
