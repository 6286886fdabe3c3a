import type { Kafka } from 'kafkajs';

/** A message that was seen in a topic. */
export interface Seen {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Collects everything that appears in some topics. */
export async function watchTopics(kafka: Kafka, topics: string[], groupId: string) {
  const seen: Seen[] = [];
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
      seen.push({
        topic,
        partition,
        key: String(message.key),
        headers: Object.fromEntries(headers),
        body: String(message.value),
      });
      await Promise.resolve();
    },
  });
  await joined;
  return { seen, stop: () => consumer.disconnect() };
}
