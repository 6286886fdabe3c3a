import { createEmptyDatabase } from '@countermand/dev-postgres';
import { type Channel, createChannel, createClient, Metadata, type Status } from 'nice-grpc';
import pg from 'pg';
import {
  type CreateSagaOrderRequest,
  type DeepPartial,
  OrchestratorDefinition,
  OrdersDefinition,
  SimulationDefinition,
} from '../generated/cart-checkout.ts';
import { type ServiceProcess, startService } from './service-process.ts';
import { openTcpProxy } from './tcp-proxy.ts';

const CHANNEL = { 'grpc.initial_reconnect_backoff_ms': 50, 'grpc.max_reconnect_backoff_ms': 200 };

/** Everything, each part a process of its own, on databases of its own. */
export type CheckoutWorld = Awaited<ReturnType<typeof openWorld>>;

/** Starts everything. */
export async function openWorld() {
  const databases = { orchestrator: await createEmptyDatabase(), orders: await createEmptyDatabase() };
  const services: Record<string, ServiceProcess> = {};
  const portOf = (service: string, name = service) => services[service]?.ports[name] ?? 0;
  const proxy = await openTcpProxy(() => portOf('orders'));
  const start = {
    participants: () => startService('participants', { ...portsZero, SIMULATION: 'true' }),
    orders: () =>
      startService('orders', {
        ORDERS_PORT: String(portOf('orders')),
        ORDERS_DATABASE_URL: databases.orders.url,
      }),
    orchestrator: () =>
      startService('orchestrator', {
        ORCHESTRATOR_PORT: String(portOf('orchestrator')),
        DATABASE_URL: databases.orchestrator.url,
        PARTICIPANTS_ADDRESS: `127.0.0.1:${portOf('participants')}`,
        GATEWAY_ADDRESS: `127.0.0.1:${portOf('participants', 'gateway')}`,
        ORDERS_ADDRESS: proxy.address,
        STEP_ATTEMPTS: '5',
        STEP_RETRY_DELAY_MS: '40',
      }),
  };
  const restart = async (name: keyof typeof start) => {
    services[name] = await start[name]();
  };
  await Promise.all([restart('participants'), restart('orders')]);
  await restart('orchestrator');
  const channels: Channel[] = [];
  const open = (port: number) => {
    const channel = createChannel(`127.0.0.1:${port}`, undefined, CHANNEL);
    channels.push(channel);
    return channel;
  };
  const pool = new pg.Pool({ connectionString: databases.orders.url, max: 2 });
  pool.on('error', () => undefined);
  return {
    ...{ services, restart, proxy, pool },
    orchestrator: createClient(OrchestratorDefinition, open(portOf('orchestrator'))),
    orders: createClient(OrdersDefinition, open(portOf('orders'))),
    simulation: createClient(SimulationDefinition, open(portOf('participants'))),
    async close() {
      for (const channel of channels) channel.close();
      proxy.restore();
      await Promise.all(Object.values(services).map((service) => service.stop()));
      proxy.close();
      await pool.end();
      await databases.orchestrator.drop();
      await databases.orders.drop();
    },
  };
}

const portsZero = { PARTICIPANTS_PORT: '0', GATEWAY_PORT: '0' };

let customers = 0;

/** A customer with a cart of two variants of her own, 3 of each in stock, and the request that checks it out. */
export async function newCustomer({ simulation }: CheckoutWorld, stock: readonly [number, number] = [3, 3]) {
  customers += 1;
  const userId = `user-${customers}`;
  const [first, second] = [`${userId}-a`, `${userId}-b`];
  for (const [index, variantId] of [first, second].entries()) {
    const price = index === 0 ? 19.99 : 0.07;
    const variant = {
      variantId,
      productId: `product-${index}`,
      name: `Variant ${index}`,
      price,
      currencyCode: 'EUR',
    };
    await simulation.putVariant({ variant, available: stock[index] ?? 0 });
  }
  const lines = [
    { variantId: first, quantity: 2 },
    { variantId: second, quantity: 1 },
  ];
  await simulation.putCart({ userId, cartId: 'cart', lines });
  const request = {
    userId,
    cartId: 'cart',
    items: [],
    paymentMethod: 'card',
    paymentAmount: 42.05,
    paymentCurrency: 'EUR',
    shippingAddress: {
      id: 'address-7',
      line1: 'Am Deich 1',
      city: 'Emden',
      postalCode: '26721',
      country: 'DE',
    },
    shippingMethod: 'standard',
    shippingCost: 4,
    subtotal: 40.05,
    coupons: [{ code: 'TWO', discount: 2 }],
    total: 42.05,
    currencyCode: 'EUR',
  } satisfies DeepPartial<CreateSagaOrderRequest>;
  return { userId, request, variants: [first, second] };
}

/** Metadata with an idempotency key. */
export function keyed(key: string) {
  return { metadata: Metadata({ 'idempotency-key': key }) };
}

/** What is available, reserved and sold of some variants. */
export async function stockOf({ simulation }: CheckoutWorld, variants: readonly string[]) {
  const { stocks } = await simulation.getBooks({});
  return variants.map((id) => {
    const { available = 0, reserved = 0, sold = 0 } = stocks.find((one) => one.variantId === id) ?? {};
    return { available, reserved, sold };
  });
}

/** The next calls of a participant's method fail. */
export async function failNext(
  { simulation }: CheckoutWorld,
  method: string,
  status: Status,
  { times = 1, afterEffect = false } = {},
): Promise<void> {
  await simulation.fail({ method, status, times, afterEffect });
}

/** Orders of a user, with the number of their items. */
export async function ordersOf({ pool }: CheckoutWorld, userId: string) {
  const { rows } = await pool.query(
    `select status, count(position)::int as items from orders left join order_items using (order_id)
     where user_id = $1 group by order_id`,
    [userId],
  );
  return rows as { status: string; items: number }[];
}
