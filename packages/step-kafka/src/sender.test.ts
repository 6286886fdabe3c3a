import { expect, it } from 'vitest';
import type { KafkaClient } from './kafka-client.js';
import { Sender } from './sender.js';

const record = { key: 'p-1', value: '{}', headers: {} };

/** Counts the producers that are connected. */
function openClient() {
  const counts = { connected: 0 };
  const count = (more: number) => () => {
    counts.connected += more;
    return Promise.resolve();
  };
  const client: KafkaClient = {
    producer: () => ({
      connect: count(1),
      disconnect: count(-1),
      send: () => Promise.resolve(),
    }),
    consumer: () => {
      throw new Error('nothing is consumed');
    },
  };
  return { client, counts };
}

it('what is sent after the stop is refused, and connects nobody who would never be disconnected', async () => {
  const { client, counts } = openClient();
  const sender = new Sender(client, {});
  await sender.send('commands', record);
  expect(counts.connected).toBe(1);
  await sender.stop();
  await expect(sender.send('commands', record)).rejects.toThrow('the producer has been stopped');
  expect(counts.connected).toBe(0);
});
