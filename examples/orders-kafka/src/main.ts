// The orchestrator. What isn't given by its address (PostgreSQL, Kafka, then the services too) is started with it.
import { stopOnSignals } from '@countermand-examples/service-kit';
import { pino } from 'pino';
import { connectKafka } from './kafka/connect.ts';
import { startOrchestrator } from './orchestrator.ts';
import { playServices } from './services/services.ts';
import { readSettings, type Settings, topicsOf } from './settings.ts';
import { startSurroundings } from './surroundings.ts';

try {
  await run(readSettings(process.env));
} catch (error) {
  process.stderr.write(`orders-kafka: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  const log = pino({ level: settings.LOG_LEVEL, base: { service: 'orders-kafka' } });
  const ground = await startSurroundings(settings);
  const { databaseUrl, bootstrapServers } = ground;
  const services = ground.isAlone
    ? await playServices({ kafka: connectKafka(bootstrapServers, 'services'), topics: topicsOf(settings) })
    : undefined;
  const orchestrator = await startOrchestrator(settings, {
    ...{ databaseUrl, log, servicesUrl: services?.url ?? 'http://127.0.0.1:8096' },
    kafka: connectKafka(bootstrapServers, 'orders-kafka'),
  });
  const body = JSON.stringify({
    customer_id: 'cust_1',
    items: [{ sku: 'book', quantity: 1 }],
    total: { amount: 3_000, currency: 'EUR' },
    payments: [
      { method: 'card', amount: { amount: 2_000, currency: 'EUR' } },
      { method: 'voucher', amount: { amount: 1_000, currency: 'EUR' } },
    ],
    coupons: ['WELCOME'],
  });
  process.stdout.write(`
  curl -X POST ${orchestrator.url}/api/orders -H 'content-type: application/json' -d '${body}'
  curl ${orchestrator.url}/api/orders/ORDER_ID

`);
  stopOnSignals(log, async () => {
    await orchestrator.stop();
    await services?.stop();
    await ground.stop();
  });
}
