// Plays the services against a Kafka: npm run play. With ACCEPT_AFTER=never nobody accepts an order.
import { connectKafka } from './kafka/connect.ts';
import { playServices } from './services/services.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const brokers = settings.KAFKA_BOOTSTRAP_SERVERS ?? '127.0.0.1:9092';
const accept = process.env['ACCEPT_AFTER'] ?? '5000';
const lookups = [
  settings.USER_SERVICE_URL,
  settings.ORDER_SERVICE_URL,
  settings.PAYMENT_SERVICE_URL,
  settings.SCHEDULER_SERVICE_URL,
].map((address) => ({ HOST: process.env['HOST'] ?? '127.0.0.1', PORT: Number(new URL(address).port) }));
const services = await playServices({
  kafka: connectKafka(brokers, 'campus-services'),
  groupId: 'campus-services',
  lookups,
  ...(accept !== 'never' && { acceptAfterMs: Number(accept) }),
  onMessage: (direction, topic, { type, correlationId, payload }) =>
    console.log(
      `${direction === 'in' ? '<-' : '->'} ${topic} ${type} ${correlationId} ${JSON.stringify(payload)}`,
    ),
});
console.log(`services play on ${brokers}`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void services.stop());
