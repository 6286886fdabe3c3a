import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';

/** A client whose log goes nowhere: what matters, the steps and consumers say themselves. */
export function connectKafka(brokers: string, clientId: string, more: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    clientId,
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    ...more,
  });
}
