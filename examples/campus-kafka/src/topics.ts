// Lists the topics, or prints what is in one of them: npm run topics [-- TOPIC]
import { setTimeout as pause } from 'node:timers/promises';
import { connectKafka } from './kafka/connect.ts';

const [topic] = process.argv.slice(2).filter((arg) => arg !== '--');
const kafka = connectKafka(process.env['KAFKA_BOOTSTRAP_SERVERS'] || '127.0.0.1:9092', 'campus-topics');
const admin = kafka.admin();
await admin.connect();
const names = (await admin.listTopics()).sort();
if (topic === undefined) console.log(names.join('\n'));
else if (!names.includes(topic)) console.log(`there is no topic ${topic}; there are ${names.join(', ')}`);
else await print(topic);
await admin.disconnect();

/** Prints everything that a topic holds now. */
async function print(name: string): Promise<void> {
  const offsets = await admin.fetchTopicOffsets(name);
  let left = offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  if (left === 0) return;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const consumer = kafka.consumer({
    groupId: `campus-topics-${process.pid}-${Date.now()}`,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [name], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message: { offset, key, value } }) => {
      console.log(`${partition}:${offset} ${key} ${value}`);
      left -= 1;
      if (left === 0) resolve();
      await pause(0);
    },
  });
  await done;
  await consumer.disconnect();
}
