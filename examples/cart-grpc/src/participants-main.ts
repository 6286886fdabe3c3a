import { CHANNEL_OPTIONS } from '@countermand/step-grpc';
import { createChannel, createClient } from 'nice-grpc';
import { CartsDefinition } from './generated/cart-checkout.ts';
import { gatewayService } from './participants/gateway-service.ts';
import { Participants } from './participants/participants-service.ts';
import { announce, openLog } from './run-process.ts';
import { serveGrpc } from './serve-grpc.ts';
import { participantsSettings, readSettings } from './settings.ts';

const settings = readSettings('participants', participantsSettings);
const log = openLog('participants', settings.LOG_LEVEL);
const participants = new Participants();
const sold = { productId: 'tea', currencyCode: 'EUR' };
participants.putVariant({ ...sold, variantId: 'tea-green-100', name: 'Green tea, 100 g', price: 7.9 }, 100);
participants.putVariant({ ...sold, variantId: 'tea-black-100', name: 'Black tea, 100 g', price: 6.45 }, 1);
participants.putCart({
  userId: 'alice',
  cartId: 'cart-1',
  lines: [
    { variantId: 'tea-green-100', quantity: 2 },
    { variantId: 'tea-black-100', quantity: 1 },
  ],
});

const services = await serveGrpc(`${settings.HOST}:${settings.PARTICIPANTS_PORT}`, log, (server) => {
  participants.addTo(server);
  if (settings.SIMULATION === 'true') participants.addSimulationTo(server);
});
const channel = createChannel(`127.0.0.1:${services.port}`, undefined, CHANNEL_OPTIONS);
const gateway = await serveGrpc(`${settings.HOST}:${settings.GATEWAY_PORT}`, log, (server) =>
  server.add(CartsDefinition, gatewayService(createClient(CartsDefinition, channel))),
);
announce(log, { participants: services.port, gateway: gateway.port }, async () => {
  await gateway.stop();
  channel.close();
  await services.stop();
});
