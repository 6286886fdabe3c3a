export { type Broker, hasBroker } from './brokers.ts';
export { type CuttableProxy, startCuttableProxy } from './cuttable-proxy.ts';
export { type KafkaServer, startKafka } from './start-kafka.ts';
export { type RabbitServer, startRabbit } from './start-rabbit.ts';
