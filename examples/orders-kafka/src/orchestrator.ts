import { createRunner, type PostgresRunner } from '@countermand/runner-postgres';
import type { JsonObject } from '@countermand/saga-core';
import { type KafkaSteps, kafkaSteps } from '@countermand/step-kafka';
import { cloudEvents, plainEnvelope } from '@countermand/step-messages';
import { listen } from '@countermand-examples/service-kit';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { adaptersOf } from './adapters.ts';
import { createApp } from './http/app.ts';
import { routesOf } from './kafka/routes.ts';
import { discountSaga } from './sagas/discount-saga.ts';
import { orderSaga } from './sagas/order-saga.ts';
import { splitPaymentSaga } from './sagas/split-payment-saga.ts';
import { type Settings, topicsOf } from './settings.ts';

/** What the orchestrator stands on. */
export interface Ground {
  readonly databaseUrl: string;
  readonly kafka: Kafka;
  readonly log: Logger;
  /** Stands for every service whose address the settings don't have. */
  readonly servicesUrl: string;
}

/** Starts the three sagas' handlers: topics in, requests and topics out, and the HTTP interface. */
export async function startOrchestrator(settings: Settings, ground: Ground) {
  const { databaseUrl, log, servicesUrl } = ground;
  const envelope = settings.SERIALIZATION === 'plain' ? plainEnvelope : cloudEvents({ source: '/orders' });
  const kafka = kafkaSteps({ client: ground.kafka, envelope, logger: log });
  const services = {
    product: settings.PRODUCT_SERVICE_URL ?? servicesUrl,
    promotion: settings.PROMOTION_SERVICE_URL ?? servicesUrl,
    payment: settings.PAYMENT_SERVICE_URL ?? servicesUrl,
    order: settings.ORDER_SERVICE_URL ?? servicesUrl,
  };
  const runner: PostgresRunner = createRunner({
    connection: databaseUrl,
    sagas: [orderSaga, discountSaga, splitPaymentSaga],
    adapters: adaptersOf(settings, services, () => runner),
    logger: log,
  });
  try {
    return await startOn(runner, { settings, log, kafka });
  } catch (error) {
    await kafka.stop();
    await runner.stop();
    throw error;
  }
}

interface Parts {
  readonly settings: Settings;
  readonly log: Logger;
  readonly kafka: KafkaSteps;
}

async function startOn(runner: PostgresRunner, { settings, log, kafka }: Parts) {
  const topics = topicsOf(settings);
  await runner.migrate();
  const leaves = {
    PRODUCTS_RESERVED: [topics.PRODUCT_RESERVED, 'ProductReservationStoredEvent'],
    ORDER_APPROVED: [topics.ORDER_APPROVED, 'OrderApprovedEvent'],
    ORDER_CANCELLED: [topics.ORDER_CANCELLED, 'OrderCancelledEvent'],
    DISCOUNT_TAKEN: [topics.COUPON_APPLIED, 'DiscountTakenEvent'],
    DISCOUNT_REFUSED: [topics.COUPON_APPLIED, 'DiscountRefusedEvent'],
    DISCOUNT_GIVEN_BACK: [topics.COUPON_APPLIED, 'DiscountGivenBackEvent'],
    PAYMENTS_PROCESSED: [topics.SPLIT_PAYMENT_PROCESSED, 'SplitPaymentProcessedEvent'],
    PAYMENTS_FAILED: [topics.PAYMENT_FAILED, 'SplitPaymentFailedEvent'],
    PAYMENTS_RETURNED: [topics.SPLIT_PAYMENT_PROCESSED, 'SplitPaymentReturnedEvent'],
  } as const;
  for (const [event, [topic, type]] of Object.entries(leaves)) {
    await runner.on(event, { name: 'topics' }, kafka.publish({ topic, type }));
  }
  await runner.work();
  const created = kafka.publish({ topic: topics.ORDER_CREATED });
  const announce = (payload: JsonObject & { readonly orderId: string }) =>
    created({
      ...{ id: `${payload.orderId}.created`, sagaId: payload.orderId, at: Date.now() },
      ...{ type: 'OrderCreatedEvent', payload },
    });
  const address = { HOST: settings.HOST, PORT: settings.SERVER_PORT };
  const http = await listen(address, createApp({ runner, settings, log, announce }).fetch);
  const consuming = kafka.consume(runner, {
    groupId: settings.CONSUMER_GROUP,
    topics: routesOf(topics),
    consumer: {
      maxWaitTimeInMs: 100,
      sessionTimeout: settings.KAFKA_SESSION_TIMEOUT_MS,
      heartbeatInterval: settings.KAFKA_SESSION_TIMEOUT_MS / 4,
    },
  });
  consuming.catch(() => undefined);
  return {
    url: http.url,
    runner,
    /** Resolves when events are consumed, which needs Kafka. */
    consuming,
    async stop() {
      await http.close();
      await kafka.stop();
      await runner.stop();
    },
  };
}
