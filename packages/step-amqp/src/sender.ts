import { setImmediate } from 'node:timers/promises';
import type { Envelope, Message } from '@countermand/step-messages';
import type { Envelope as AmqpEnvelope, Connection, Publisher } from 'rabbitmq-client';

/** A message that the broker had no queue for. */
export class Unroutable extends Error {
  override readonly name = 'Unroutable';
}

/** One confirming publisher on the user's connection. */
export class Sender {
  readonly #publisher: Publisher;
  readonly #exchange: string;
  readonly #envelope: Envelope;
  /** Ids of messages that came back. The broker returns one before it confirms it. */
  readonly #returned = new Set<string>();

  constructor(connection: Connection, exchange: string, envelope: Envelope) {
    this.#exchange = exchange;
    this.#envelope = envelope;
    this.#publisher = connection.createPublisher({
      confirm: true,
      exchanges: [{ exchange, type: 'topic', durable: true }],
    });
    this.#publisher.on('basic.return', ({ messageId }) => {
      if (messageId !== undefined) this.#returned.add(messageId);
    });
  }

  /** Resolves when the broker has the message on its disk. @throws Unroutable; Error when it can't be reached */
  async send(routingKey: string, message: Message, mandatory: boolean): Promise<void> {
    const { body, headers } = this.#envelope.encode(message);
    const { id: messageId, type, correlationId, at } = message;
    const properties = { messageId, type, correlationId, timestamp: Math.floor(at / 1_000), headers };
    const contentType = this.#envelope.contentType;
    this.#returned.delete(messageId);
    await this.#publish(
      { ...properties, exchange: this.#exchange, routingKey, contentType, mandatory },
      body,
    );
    // The client tells of the return in a turn of its own, which was asked for before the confirm was read.
    if (mandatory) await setImmediate();
    if (this.#returned.delete(messageId)) {
      throw new Unroutable(`no queue is bound to '${routingKey}' of exchange '${this.#exchange}'`);
    }
  }

  /** Puts a message into a queue by its name. */
  async sendToQueue(queue: string, properties: AmqpEnvelope, body: Buffer | string): Promise<void> {
    await this.#publish({ ...properties, exchange: '', routingKey: queue }, body);
  }

  async stop(): Promise<void> {
    await this.#publisher.close();
  }

  async #publish(properties: AmqpEnvelope, body: Buffer | string): Promise<void> {
    await this.#publisher.send({ ...properties, durable: true }, Buffer.from(body));
  }
}
