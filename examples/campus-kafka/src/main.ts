// The orchestrator. What isn't given by its address (PostgreSQL, Kafka, then the services too) is started with it.
import { stopOnSignals } from '@countermand-examples/service-kit';
import { pino } from 'pino';
import { startCampus } from './campus.ts';
import { connectKafka } from './kafka/connect.ts';
import { playServices } from './services/services.ts';
import { readSettings, type Settings } from './settings.ts';
import { startSurroundings } from './surroundings.ts';

try {
  await run(readSettings(process.env));
} catch (error) {
  process.stderr.write(`campus-kafka: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

async function run(settings: Settings): Promise<void> {
  const log = pino({ level: settings.LOG_LEVEL, base: { service: 'campus-kafka' } });
  const ground = await startSurroundings(settings);
  const { databaseUrl, bootstrapServers } = ground;
  const services = ground.isAlone
    ? await playServices({
        kafka: connectKafka(bootstrapServers, 'campus-services'),
        groupId: 'campus-services',
        acceptAfterMs: 5_000,
        lookups: [{ HOST: '127.0.0.1', PORT: 0 }],
      })
    : undefined;
  const [played] = services?.addresses ?? [];
  const campus = await startCampus(played === undefined ? settings : servicesAt(settings, played), {
    ...{ databaseUrl, log },
    kafka: connectKafka(bootstrapServers, 'campus-orchestrator'),
  });
  process.stdout.write(welcome(campus.url, bootstrapServers));
  stopOnSignals(log, async () => {
    await campus.stop();
    await services?.stop();
    await ground.stop();
  });
}

/** Settings under which one address stands for every service. */
function servicesAt(settings: Settings, address: string): Settings {
  return {
    ...settings,
    USER_SERVICE_URL: address,
    ORDER_SERVICE_URL: address,
    PAYMENT_SERVICE_URL: address,
    SCHEDULER_SERVICE_URL: address,
  };
}

function welcome(url: string, bootstrapServers: string): string {
  const body = JSON.stringify({
    customer_id: 'cust_123',
    order_details: {
      foodItems: [{ name: 'pizza', price: 12.99, quantity: 2 }],
      deliveryLocation: 'Library, 2nd floor',
    },
  });
  return `
  curl -X POST ${url}/api/orders -H 'content-type: application/json' -d '${body}'
  curl ${url}/api/sagas/SAGA_ID
  curl ${url}/api/sagas -H 'authorization: Bearer demo-admin'
  KAFKA_BOOTSTRAP_SERVERS=${bootstrapServers} npm --prefix examples/campus-kafka run topics -- order_events

`;
}
