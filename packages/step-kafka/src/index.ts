export type { ConsumeOptions } from './consume-options.js';
export type {
  IncomingRecord,
  KafkaBatch,
  KafkaClient,
  KafkaConsumer,
  KafkaProducer,
  OutgoingRecord,
} from './kafka-client.js';
export {
  type CommandOptions,
  type Consuming,
  type KafkaSteps,
  type KafkaStepsOptions,
  kafkaSteps,
  type PublishOptions,
} from './kafka-steps.js';
