/** A message to Kafka, as KafkaJS takes it. */
export interface OutgoingRecord {
  key: string | Buffer | null;
  value: string | Buffer | null;
  headers: Record<string, string | Buffer>;
}

/** A message from Kafka, as KafkaJS gives it. */
export interface IncomingRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;
}

/** What is used of a KafkaJS producer. */
export interface KafkaProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  send(record: { topic: string; acks?: number; messages: OutgoingRecord[] }): Promise<unknown>;
}

/** What is used of the argument of KafkaJS's `eachBatch`. */
export interface KafkaBatch {
  readonly batch: {
    readonly topic: string;
    readonly partition: number;
    readonly messages: readonly IncomingRecord[];
  };
  heartbeat(): Promise<void>;
  isRunning(): boolean;
  isStale(): boolean;
}

/** What is used of a KafkaJS consumer. */
export interface KafkaConsumer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  subscribe(subscription: { topics: string[]; fromBeginning?: boolean }): Promise<void>;
  run(config: {
    autoCommit?: boolean;
    eachBatchAutoResolve?: boolean;
    eachBatch: (batch: KafkaBatch) => Promise<void>;
  }): Promise<void>;
  commitOffsets(offsets: { topic: string; partition: number; offset: string }[]): Promise<void>;
  /** Where it is there, a consumer that gave up is replaced. */
  on?(event: 'consumer.crash', listener: (event: { payload: { error: Error } }) => void): unknown;
}

/**
 * The user's own client, of KafkaJS's shape: `new Kafka({ brokers, clientId })` of kafkajs, or of a package that
 * can stand in for it.
 */
export interface KafkaClient<ProducerConfig = object, ConsumerConfig = object> {
  producer(config?: ProducerConfig): KafkaProducer;
  consumer(config: ConsumerConfig & { groupId: string }): KafkaConsumer;
}
