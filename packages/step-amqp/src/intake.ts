import {
  type Envelope,
  keepTrying,
  type MessageLogger,
  noteReceipt,
  type ReceivingRunner,
  receiveMessage,
} from '@countermand/step-messages';
import type { AsyncMessage, Connection, Consumer } from 'rabbitmq-client';
import type { ConsumeOptions } from './consume-options.js';
import type { Sender } from './sender.js';
import { bytesOf, wireOf } from './wire.js';

/** What an {@link Intake} is made of. */
export interface IntakeOptions extends ConsumeOptions {
  readonly connection: Connection;
  readonly exchange: string;
  readonly envelope: Envelope;
  readonly logger: MessageLogger;
  readonly runner: ReceivingRunner;
  readonly sender: Pick<Sender, 'sendToQueue'>;
}

/** What the client does with a message after its handler. */
const ACK = 0;
const REQUEUE = 1;

/** Consumes a queue for a runner until it is stopped; the client reconnects by itself. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #stopping = new AbortController();
  readonly #lanes = new Map<string, Promise<unknown>>();
  #consumer: Consumer | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves when the queue is consumed; rejects only when it is stopped before. */
  async start(): Promise<void> {
    const { connection, exchange, queue, bindings, prefetch = 100, logger } = this.#options;
    await keepTrying(() => this.#declareDeadLetters(), {
      signal: this.#stopping.signal,
      onFailure: (err, delayMs) => logger.warn({ err, queue, delayMs }, 'RabbitMQ cannot be consumed yet'),
    });
    // Stopped in between: nobody would close what is made from here on.
    this.#stopping.signal.throwIfAborted();
    const consumer = connection.createConsumer(
      {
        queue,
        queueOptions: { durable: true },
        exchanges: [{ exchange, type: 'topic', durable: true }],
        queueBindings: bindings.map((routingKey) => ({ exchange, queue, routingKey })),
        qos: { prefetchCount: prefetch },
        requeue: true,
      },
      (message) => this.#handle(message),
    );
    this.#consumer = consumer;
    consumer.on('error', (err) => logger.warn({ err, queue }, 'the RabbitMQ consumer was interrupted'));
    await new Promise<void>((resolve, reject) => {
      const { signal } = this.#stopping;
      consumer.once('ready', () => resolve());
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the consumer stops'));
    await this.#consumer?.close();
  }

  /** Messages of one saga are taken one after the other, in the order in which they came. */
  async #handle(message: AsyncMessage): Promise<typeof ACK | typeof REQUEUE> {
    const lane = message.correlationId ?? '';
    const before = this.#lanes.get(lane);
    const taking = (async () => {
      await before;
      return await this.#take(message);
    })();
    this.#lanes.set(lane, taking);
    try {
      return await taking;
    } finally {
      if (this.#lanes.get(lane) === taking) this.#lanes.delete(lane);
    }
  }

  async #take(message: AsyncMessage): Promise<typeof ACK | typeof REQUEUE> {
    const { signal } = this.#stopping;
    if (signal.aborted) return REQUEUE;
    const { logger, queue } = this.#options;
    try {
      await keepTrying(() => this.#receive(message), {
        signal,
        onFailure: (err, delayMs) =>
          logger.warn({ err, queue, delayMs }, 'message cannot be stored yet; it stays in hand'),
      });
      return ACK;
    } catch (error) {
      // Nothing but the stop ends the trying.
      if (signal.aborted) return REQUEUE;
      throw error;
    }
  }

  async #receive(message: AsyncMessage): Promise<void> {
    const { runner, routes, envelope, logger, queue, sender } = this.#options;
    const receipt = await receiveMessage(runner, routes, envelope, wireOf(message));
    const { routingKey, messageId, type, correlationId, contentType } = message;
    if (receipt.kind === 'poison') {
      const why = { 'dead-letter-reason': receipt.reason, 'dead-letter-routing-key': routingKey };
      const headers = { ...message.headers, ...why };
      await sender.sendToQueue(
        // The broker throws away what is sent to a queue that isn't there, and somebody may have removed it.
        await this.#declareDeadLetters(),
        { headers, ...defined({ messageId, type, correlationId, contentType }) },
        bytesOf(message),
      );
    }
    noteReceipt(logger, receipt, { queue, routingKey });
  }

  /** Makes the queue of dead letters where there is none. @returns its name */
  async #declareDeadLetters(): Promise<string> {
    const { connection, queue, deadLetterQueue = `${queue}.dead-letters` } = this.#options;
    await connection.queueDeclare({ queue: deadLetterQueue, durable: true });
    return deadLetterQueue;
  }
}

function defined(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
