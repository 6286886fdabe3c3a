import { createRunner } from '@countermand/runner-postgres';
import { CHANNEL_OPTIONS } from '@countermand/step-grpc';
import { createChannel, createClient } from 'nice-grpc';
import {
  CartsDefinition,
  CatalogDefinition,
  InventoryDefinition,
  OrchestratorDefinition,
  OrdersDefinition,
} from './generated/cart-checkout.ts';
import { checkoutAdapters } from './orchestrator/checkout-adapters.ts';
import { createCheckoutSaga } from './orchestrator/checkout-saga.ts';
import { orchestratorService } from './orchestrator/orchestrator-service.ts';
import { announce, openLog } from './run-process.ts';
import { serveGrpc } from './serve-grpc.ts';
import { orchestratorSettings, readSettings } from './settings.ts';

const settings = readSettings('orchestrator', orchestratorSettings);
const log = openLog('orchestrator', settings.LOG_LEVEL);
const channelTo = (address: string) => createChannel(address, undefined, CHANNEL_OPTIONS);
const channels = {
  gateway: channelTo(settings.GATEWAY_ADDRESS),
  participants: channelTo(settings.PARTICIPANTS_ADDRESS),
  orders: channelTo(settings.ORDERS_ADDRESS),
};
const saga = createCheckoutSaga({
  attempts: settings.STEP_ATTEMPTS,
  retryDelayMs: settings.STEP_RETRY_DELAY_MS,
});
const runner = createRunner({
  connection: settings.DATABASE_URL,
  sagas: [saga],
  adapters: {
    checkout: checkoutAdapters(saga, {
      carts: createClient(CartsDefinition, channels.gateway),
      catalog: createClient(CatalogDefinition, channels.participants),
      inventory: createClient(InventoryDefinition, channels.participants),
      orders: createClient(OrdersDefinition, channels.orders),
    }),
  },
  logger: log,
});
// An example makes its own tables; in production `countermand migrate` does, with another role.
await runner.migrate();
await runner.work();
const service = orchestratorService({ runner, saga, answerTimeoutMs: settings.ANSWER_TIMEOUT_MS });
const listening = await serveGrpc(`${settings.HOST}:${settings.ORCHESTRATOR_PORT}`, log, (server) =>
  server.add(OrchestratorDefinition, service),
);
announce(log, { orchestrator: listening.port }, async () => {
  await listening.stop();
  await runner.stop();
  for (const channel of Object.values(channels)) channel.close();
});
