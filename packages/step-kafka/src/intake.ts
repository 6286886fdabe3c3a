import {
  type Envelope,
  keepTrying,
  type MessageLogger,
  noteReceipt,
  type ReceivingRunner,
  receiveMessage,
} from '@countermand/step-messages';
import type { ConsumeOptions } from './consume-options.js';
import type { IncomingRecord, KafkaBatch, KafkaClient, KafkaConsumer } from './kafka-client.js';
import type { Sender } from './sender.js';
import { deadLetter, wireOf } from './wire.js';

/** What an {@link Intake} is made of. */
export interface IntakeOptions extends ConsumeOptions {
  readonly client: KafkaClient;
  readonly envelope: Envelope;
  readonly logger: MessageLogger;
  readonly runner: ReceivingRunner;
  readonly sender: Pick<Sender, 'send'>;
}

/** How many messages of a batch are in hand at once. Their sagas are moved together, so more are cheaper. */
const CHUNK = 100;

/** A message with where it comes from. */
interface Arrival {
  readonly topic: string;
  readonly partition: number;
  readonly record: IncomingRecord;
}

/** Consumes topics for a runner until it is stopped; a consumer that gave up is replaced by a new one. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #stopping = new AbortController();
  #consumer: KafkaConsumer | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves when the consumer runs; rejects only when it is stopped before. */
  start(): Promise<void> {
    const { logger, groupId } = this.#options;
    this.#opening = keepTrying(() => this.#open(), {
      signal: this.#stopping.signal,
      onFailure: (err, delayMs) => logger.warn({ err, groupId, delayMs }, 'Kafka cannot be consumed yet'),
    });
    return this.#opening;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the consumer stops'));
    await this.#opening?.catch(() => undefined);
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.disconnect();
  }

  async #open(): Promise<void> {
    const { client, groupId, topics, fromBeginning = true, consumer: config } = this.#options;
    const consumer = client.consumer({ ...withoutRestarts(config), groupId });
    let crash: Error | undefined;
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: Object.keys(topics), fromBeginning });
      consumer.on?.('consumer.crash', ({ payload }) => {
        crash = payload.error;
        this.#replace(consumer, crash);
      });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: true,
        eachBatch: (batch) => this.#takeBatch(consumer, batch),
      });
      if (crash) throw crash;
      this.#stopping.signal.throwIfAborted();
      this.#consumer = consumer;
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  #replace(consumer: KafkaConsumer, err: Error): void {
    const { logger, groupId } = this.#options;
    if (this.#stopping.signal.aborted || this.#consumer !== consumer) return;
    logger.warn({ err, groupId }, 'the Kafka consumer gave up; a new one is made');
    this.#consumer = undefined;
    consumer.disconnect().catch(() => undefined);
    this.start().catch(() => undefined);
  }

  async #takeBatch(consumer: KafkaConsumer, given: KafkaBatch): Promise<void> {
    const { topic, partition, messages } = given.batch;
    const { signal } = this.#stopping;
    for (let from = 0; from < messages.length; from += CHUNK) {
      if (!given.isRunning() || given.isStale() || signal.aborted) return;
      const chunk = messages.slice(from, from + CHUNK);
      const arrivals = chunk.map((record) => ({ topic, partition, record }));
      try {
        await Promise.all(lanesOf(arrivals).map((lane) => this.#takeLane(lane, given)));
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      const last = chunk.at(-1);
      if (!last) return;
      // Only now: should this process die before, the messages come again, and find themselves taken.
      await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(last.offset) + 1n) }]);
      await given.heartbeat();
    }
  }

  async #takeLane(lane: readonly Arrival[], given: KafkaBatch): Promise<void> {
    for (const arrival of lane) {
      await keepTrying(() => this.#take(arrival), {
        signal: this.#stopping.signal,
        onFailure: async (err, delayMs) => {
          this.#options.logger.warn(
            { err, ...placeOf(arrival), delayMs },
            'message cannot be stored yet; those behind it wait',
          );
          // Without it the group would take the partition away, and the next owner would be no better off.
          await given.heartbeat();
        },
      });
    }
  }

  async #take(arrival: Arrival): Promise<void> {
    const { runner, topics, envelope, logger, groupId, sender } = this.#options;
    const { deadLetterTopic = `${groupId}.dead-letters` } = this.#options;
    const routes = topics[arrival.topic] ?? {};
    const receipt = await receiveMessage(runner, routes, envelope, wireOf(arrival.record));
    if (receipt.kind === 'poison') {
      await sender.send(deadLetterTopic, deadLetter(arrival.record, receipt.reason, placeOf(arrival)));
    }
    noteReceipt(logger, receipt, placeOf(arrival));
  }
}

/** KafkaJS would start a consumer again that is being disconnected: here it is replaced as a whole instead. */
function withoutRestarts(config: object = {}): object {
  const retry = 'retry' in config ? Object(config.retry) : { retries: 5 };
  return { ...config, retry: { ...retry, restartOnFailure: () => Promise.resolve(false) } };
}

function placeOf({ topic, partition, record }: Arrival) {
  return { topic, partition, offset: record.offset };
}

/** Messages of one key stay in order; those of different keys don't wait for each other. */
function lanesOf(arrivals: readonly Arrival[]): Arrival[][] {
  const lanes = new Map<string, Arrival[]>();
  for (const arrival of arrivals) {
    const key = arrival.record.key?.toString('base64') ?? '';
    const lane = lanes.get(key);
    if (lane) lane.push(arrival);
    else lanes.set(key, [arrival]);
  }
  return [...lanes.values()];
}
