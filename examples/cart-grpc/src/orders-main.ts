import { OrdersDefinition } from './generated/cart-checkout.ts';
import { openOrders } from './orders/open-orders.ts';
import { ordersService } from './orders/orders-service.ts';
import { announce, openLog } from './run-process.ts';
import { serveGrpc } from './serve-grpc.ts';
import { ordersSettings, readSettings } from './settings.ts';

const settings = readSettings('orders', ordersSettings);
const log = openLog('orders', settings.LOG_LEVEL);
const db = await openOrders(settings.ORDERS_DATABASE_URL, (error) =>
  log.warn({ err: error }, 'a database connection broke'),
);
const listening = await serveGrpc(`${settings.HOST}:${settings.ORDERS_PORT}`, log, (server) =>
  server.add(OrdersDefinition, ordersService(db)),
);
announce(log, { orders: listening.port }, async () => {
  await listening.stop();
  await db.destroy();
});
