// The services of SERVICES in one process. What isn't given by its address is started with them.
import { stopOnSignals } from '@countermand-examples/service-kit';
import { pino } from 'pino';
import { Connection } from 'rabbitmq-client';
import { migrate } from './db/migrate-all.ts';
import { startOrderService } from './order-service.ts';
import { readSettings, type Settings } from './settings.ts';
import { startParticipants } from './start-participants.ts';
import { startSurroundings } from './surroundings.ts';

try {
  await run(readSettings(process.env));
} catch (error) {
  process.stderr.write(`orders-rabbitmq: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  const log = pino({ level: settings.LOG_LEVEL, base: { service: settings.SERVICES.join('+') } });
  const ground = await startSurroundings(settings);
  const { databases } = ground;
  for (const service of settings.SERVICES) await migrate(service, databases[service]);
  const connection = new Connection({ url: ground.rabbitUrl, acquireTimeout: 5_000, retryHigh: 5_000 });
  connection.on('error', (err) => log.warn({ err }, 'the connection to RabbitMQ broke'));
  const participants = await startParticipants(settings, { connection, databases, log });
  const { inventoryUrl, paymentsUrl } = participants;
  const orders = settings.SERVICES.includes('orders')
    ? await startOrderService(settings, {
        databaseUrl: databases.orders,
        connection,
        inventoryUrl,
        paymentsUrl,
        log,
      })
    : undefined;
  if (orders) process.stdout.write(welcome(orders.url));
  stopOnSignals(log, async () => {
    await orders?.stop();
    await participants.stop();
    await connection.close();
    await ground.stop();
  });
}

function welcome(url: string): string {
  const headers = "-H 'authorization: Bearer demo-alice' -H 'content-type: application/json'";
  return `
  curl -X POST ${url}/api/orders ${headers} -H 'idempotency-key: 1' -d '{"items":[{"sku":"iphone-15","quantity":1}]}'
  curl -X POST ${url}/api/orders/ID/pay ${headers}
  curl ${url}/api/orders/ID ${headers}

`;
}
