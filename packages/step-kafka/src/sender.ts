import type { KafkaClient, KafkaProducer, OutgoingRecord } from './kafka-client.js';

/** All in-sync replicas have it. */
const ALL = -1;

/**
 * One producer, connected when it is first needed; a connection that fails is tried again by the next message. Once
 * stopped it stays so: steps that are still under way fail, and are tried again by whoever has them next.
 */
export class Sender {
  readonly #client: KafkaClient;
  readonly #config: object;
  #connected: Promise<KafkaProducer> | undefined;
  #isStopped = false;

  constructor(client: KafkaClient, config: object) {
    this.#client = client;
    this.#config = config;
  }

  /** @throws Error when the broker can't be reached, and after the stop */
  async send(topic: string, record: OutgoingRecord): Promise<void> {
    if (this.#isStopped) throw new Error('the producer has been stopped');
    this.#connected ??= this.#connect().catch((error: unknown) => {
      this.#connected = undefined;
      throw error;
    });
    const producer = await this.#connected;
    await producer.send({ topic, acks: ALL, messages: [record] });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const connected = this.#connected;
    this.#connected = undefined;
    const producer = await connected?.catch(() => undefined);
    await producer?.disconnect();
  }

  async #connect(): Promise<KafkaProducer> {
    const producer = this.#client.producer(this.#config);
    await producer.connect();
    return producer;
  }
}
